package org.sgconv.bindings;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.load.LoadedLibrary;
import org.sgconv.bindings.load.NativeLibraries;
import org.sgconv.bindings.load.NativeLibrary;
import org.sgconv.bindings.load.NativeLibraryException;

/**
 * OpenBLAS, loaded and told to use no threads of its own: the CPU library calls it on each of its
 * threads. The three functions that are called from here have no structs; bound by hand, they need
 * no header of OpenBLAS.
 */
public final class MatrixProducts {

  private static final List<String> FUNCTIONS =
      List.of(
          "cblas_sgemm",
          "cblas_dgemm",
          "openblas_get_config",
          "openblas_get_corename",
          "openblas_set_num_threads");

  private static @Nullable MatrixProducts opened;

  private final LoadedLibrary loaded;
  private final MemorySegment sgemm;
  private final MemorySegment dgemm;
  private final String version;
  private final String core;

  private MatrixProducts(LoadedLibrary loaded) {
    this.loaded = loaded;
    NativeLibraries.requireFunctions(loaded, FUNCTIONS);
    SymbolLookup symbols = NativeLibraries.symbols(NativeLibrary.OPENBLAS);
    String configuration = text(symbols, "openblas_get_config");
    if (configuration.contains("USE64BITINT")) {
      throw new NativeLibraryException(
          loaded.path() + " takes integers of 64 bits: use a build of OpenBLAS that takes 32");
    }
    this.version = version(configuration);
    this.core = text(symbols, "openblas_get_corename");
    this.sgemm = symbols.findOrThrow("cblas_sgemm");
    this.dgemm = symbols.findOrThrow("cblas_dgemm");
    useOneThread(symbols);
  }

  /**
   * Loads the library on the first call.
   *
   * @throws NativeLibraryException if there is none that can be used
   */
  public static synchronized MatrixProducts open() {
    if (opened == null) {
      opened = new MatrixProducts(NativeLibraries.load(NativeLibrary.OPENBLAS));
    }
    return opened;
  }

  /** The file that was loaded. */
  public Path path() {
    return loaded.path();
  }

  /** Version of OpenBLAS, major.minor.patch, or what it says of itself. */
  public String version() {
    return version;
  }

  /** The processor whose code it uses, in its own words. */
  public String core() {
    return core;
  }

  /** The address of {@code cblas_sgemm}. */
  MemorySegment sgemm() {
    return sgemm;
  }

  /** The address of {@code cblas_dgemm}. */
  MemorySegment dgemm() {
    return dgemm;
  }

  /** The second word of {@code OpenBLAS 0.3.31 DYNAMIC_ARCH …}. */
  private static String version(String configuration) {
    String[] words = configuration.strip().split("\\s+", -1);
    return words.length > 1 && words[0].equals("OpenBLAS") ? words[1] : configuration;
  }

  private static String text(SymbolLookup symbols, String function) {
    MethodHandle call =
        Linker.nativeLinker()
            .downcallHandle(
                symbols.findOrThrow(function),
                FunctionDescriptor.of(
                    ValueLayout.ADDRESS.withTargetLayout(
                        MemoryLayout.sequenceLayout(Long.MAX_VALUE, ValueLayout.JAVA_BYTE))));
    try {
      return ((MemorySegment) call.invokeExact()).getString(0);
    } catch (Throwable e) {
      throw unexpected(function, e);
    }
  }

  private static void useOneThread(SymbolLookup symbols) {
    String function = "openblas_set_num_threads";
    MethodHandle call =
        Linker.nativeLinker()
            .downcallHandle(
                symbols.findOrThrow(function), FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT));
    try {
      call.invokeExact(1);
    } catch (Throwable e) {
      throw unexpected(function, e);
    }
  }

  /** A downcall throws nothing but what the JVM itself does. */
  private static AssertionError unexpected(String function, Throwable e) {
    return new AssertionError(String.format(Locale.ROOT, "calling %s", function), e);
  }
}
