package org.sgconv.bindings.load;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The native libraries that this project calls: its own, those of the CUDA toolkit, and OpenBLAS.
 */
public enum NativeLibrary {
  /** SIMD kernels for the host's CPU. */
  CPU(List.of("libsgconv_cpu.so"), LibraryKind.OWN, null),

  /** The CUDA runtime, of the versions that these bindings know. */
  CUDART(List.of("libcudart.so.13", "libcudart.so.12"), LibraryKind.TOOLKIT, null),

  /** CUDA kernels; needs the CUDA runtime. */
  CUDA(List.of("libsgconv_cuda.so"), LibraryKind.OWN, CUDART),

  /**
   * Fast Fourier transforms of the CUDA toolkit, of the same versions of CUDA in the same order.
   */
  CUFFT(List.of("libcufft.so.12", "libcufft.so.11"), LibraryKind.TOOLKIT, null),

  /** What cuBLAS is made of, of the same versions. */
  CUBLAS_LT(List.of("libcublasLt.so.13", "libcublasLt.so.12"), LibraryKind.TOOLKIT, null),

  /**
   * Matrix products of the CUDA toolkit; loaded when one is first asked for. Of a jar, where each
   * library is a file of its own, the linker takes what it needs by the name of what is loaded.
   */
  CUBLAS(List.of("libcublas.so.13", "libcublas.so.12"), LibraryKind.TOOLKIT, CUBLAS_LT),

  /** Matrix products for the host's CPU; loaded when one is first asked for. */
  OPENBLAS(List.of("libopenblas.so.0"), LibraryKind.OPENBLAS, null);

  /**
   * What OpenBLAS needs of the Fortran compiler that built it, by name, in the order in which it is
   * needed. Its jar brings them; the linker takes those that are loaded.
   */
  private static final List<String> FORTRAN = List.of("libquadmath.so.0", "libgfortran.so.5");

  private final List<String> fileNames;
  private final LibraryKind kind;
  private final @Nullable NativeLibrary dependency;

  NativeLibrary(List<String> fileNames, LibraryKind kind, @Nullable NativeLibrary dependency) {
    this.fileNames = fileNames;
    this.kind = kind;
    this.dependency = dependency;
  }

  /** File name on Linux, such as {@code libsgconv_cpu.so}; of several versions, the newest. */
  public String fileName() {
    return fileNames.getFirst();
  }

  /** File names on Linux, the preferred one first. */
  List<String> fileNames() {
    return fileNames;
  }

  /** The file names of all libraries. */
  static List<String> names() {
    return Arrays.stream(values()).flatMap(each -> each.fileNames.stream()).toList();
  }

  /** Whether it is part of the CUDA toolkit, rather than of this project. */
  boolean isOfToolkit() {
    return kind == LibraryKind.TOOLKIT;
  }

  /** Whose it is. */
  LibraryKind kind() {
    return kind;
  }

  /** File names of what lies beside it in a jar, where it does, and must be loaded before it. */
  List<String> companions() {
    return kind == LibraryKind.OPENBLAS ? FORTRAN : List.of();
  }

  /** What must be loaded before it. */
  @Nullable NativeLibrary dependency() {
    return dependency;
  }

  /** Name in the cache of a file with this name and this content. */
  static String cachedFileName(String name, String contentHash) {
    int dot = name.indexOf('.');
    return name.substring(0, dot) + "-" + contentHash + name.substring(dot);
  }
}
