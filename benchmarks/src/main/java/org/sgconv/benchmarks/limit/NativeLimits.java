package org.sgconv.benchmarks.limit;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import org.sgconv.cli.report.TemporaryPath;

/** The loops of native/bench, in the widest instruction set of this processor. */
final class NativeLimits {

  private static final String NAME = "libsgconv_bench.so";

  private final MethodHandle tier;
  private final MethodHandle copy;
  private final MethodHandle copyStreaming;
  private final MethodHandle multiplyAdd;

  private NativeLimits(SymbolLookup symbols) {
    FunctionDescriptor copying =
        FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
    tier = bind(symbols, "sgconv_bench_tier", FunctionDescriptor.of(ValueLayout.ADDRESS));
    copy = bind(symbols, "sgconv_bench_copy", copying);
    copyStreaming = bind(symbols, "sgconv_bench_copy_streaming", copying);
    multiplyAdd =
        bind(
            symbols,
            "sgconv_bench_multiply_add",
            FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
  }

  private static MethodHandle bind(SymbolLookup symbols, String name, FunctionDescriptor type) {
    return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(name), type);
  }

  /**
   * Loads the library from the class path.
   *
   * @throws IOException if it was not built, or cannot be unpacked
   */
  static NativeLimits load() throws IOException {
    String platform = platform();
    String resource = "/org/sgconv/benchmarks/native/" + platform + "/" + NAME;
    try (InputStream library = NativeLimits.class.getResourceAsStream(resource)) {
      if (library == null) {
        throw new IOException(
            "the limits of this machine cannot be measured: "
                + NAME
                + " for "
                + platform
                + " is not in the benchmarks' jar; build with cmake and a C++ compiler, without"
                + " -Dsgconv.native.skip");
      }
      // Deleted at once: the mapping keeps what it needs.
      try (TemporaryPath file = TemporaryPath.file(".so")) {
        Files.copy(library, file.path(), StandardCopyOption.REPLACE_EXISTING);
        return new NativeLimits(SymbolLookup.libraryLookup(file.path(), Arena.global()));
      }
    }
  }

  private static String platform() {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String processor = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    return (system.startsWith("mac") ? "macos" : system)
        + "-"
        + (processor.equals("amd64") ? "x86_64" : processor);
  }

  String tier() {
    try {
      return ((MemorySegment) tier.invokeExact()).reinterpret(32).getString(0);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  void copy(MemorySegment to, MemorySegment from, long bytes) {
    try {
      copy.invokeExact(to, from, bytes);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  void copyStreaming(MemorySegment to, MemorySegment from, long bytes) {
    try {
      copyStreaming.invokeExact(to, from, bytes);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** Operations done in {@code rounds} rounds. */
  long multiplyAdd(long rounds) {
    try {
      return (long) multiplyAdd.invokeExact(rounds);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  private static IllegalStateException failed(Throwable cause) {
    return new IllegalStateException("a call of " + NAME + " failed", cause);
  }
}
