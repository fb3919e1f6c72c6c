package org.sgconv.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.cpu.SgconvCpu;
import org.sgconv.bindings.load.LoadedLibrary;
import org.sgconv.bindings.load.NativeLibraries;
import org.sgconv.bindings.load.NativeLibrary;
import org.sgconv.bindings.load.NativeLibraryException;

/** The CPU library, loaded and known to have the C interface that these bindings were made from. */
public final class CpuLibrary {

  private static @Nullable CpuLibrary opened;

  private final LoadedLibrary loaded;
  private final String version;
  private final String tier;

  private CpuLibrary(LoadedLibrary loaded) {
    this.loaded = loaded;
    NativeLibraries.requireFunctions(loaded, List.of("sgconv_cpu_abi_version"));
    int abi = SgconvCpu.sgconv_cpu_abi_version();
    if (abi != SgconvCpu.SGCONV_CPU_ABI_VERSION()) {
      throw new NativeLibraryException(
          String.format(
                  Locale.ROOT,
                  "%s has version %d of the C interface, these bindings need %d: use sgconv-native and",
                  loaded.path(),
                  abi,
                  SgconvCpu.SGCONV_CPU_ABI_VERSION())
              + " sgconv-bindings of one version");
    }
    NativeLibraries.requireFunctions(loaded, SgconvCpu.functions());
    NativeResult.prepareCpu();
    this.version = SgconvCpu.sgconv_cpu_version().getString(0);
    this.tier = SgconvCpu.sgconv_cpu_tier().getString(0);
  }

  /**
   * Loads the library on the first call.
   *
   * @throws NativeLibraryException if there is none that can be used
   */
  public static synchronized CpuLibrary open() {
    if (opened == null) {
      opened = new CpuLibrary(NativeLibraries.load(NativeLibrary.CPU));
    }
    return opened;
  }

  /** Version of the library, major.minor.patch. */
  public String version() {
    return version;
  }

  /** Instruction set in use: {@code baseline}, {@code avx2}, {@code avx512} or {@code neon}. */
  public String tier() {
    return tier;
  }

  /** The file that was loaded. */
  public Path path() {
    return loaded.path();
  }

  /**
   * A new thread pool; the caller closes it.
   *
   * @param threads at least 1, the calling thread included; 0 for all processors of this process
   */
  public CpuContext createContext(int threads) {
    if (threads < 0) {
      throw new IllegalArgumentException(
          "threads is " + threads + ", expected at least 1, or 0 for all processors");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment handle = arena.allocate(ValueLayout.ADDRESS);
      NativeResult.cpu(
          "sgconv_cpu_context_create", SgconvCpu.sgconv_cpu_context_create(threads, handle));
      return new CpuContext(handle.get(ValueLayout.ADDRESS, 0));
    }
  }
}
