package org.sgconv.bindings.load;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The native libraries that this project calls: its own, and two of the CUDA toolkit. */
public enum NativeLibrary {
  /** SIMD kernels for the host's CPU. */
  CPU(List.of("libsgconv_cpu.so"), false, null),

  /** The CUDA runtime, of the versions that these bindings know. */
  CUDART(List.of("libcudart.so.13", "libcudart.so.12"), true, null),

  /** CUDA kernels; needs the CUDA runtime. */
  CUDA(List.of("libsgconv_cuda.so"), false, CUDART),

  /**
   * Fast Fourier transforms of the CUDA toolkit, of the same versions of CUDA in the same order.
   */
  CUFFT(List.of("libcufft.so.12", "libcufft.so.11"), true, null);

  private final List<String> fileNames;
  private final boolean toolkit;
  private final @Nullable NativeLibrary dependency;

  NativeLibrary(List<String> fileNames, boolean toolkit, @Nullable NativeLibrary dependency) {
    this.fileNames = fileNames;
    this.toolkit = toolkit;
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
    return toolkit;
  }

  /** What must be loaded before it. */
  @Nullable NativeLibrary dependency() {
    return dependency;
  }

  String cachedFileName(String contentHash) {
    String name = fileName();
    int dot = name.indexOf('.');
    return name.substring(0, dot) + "-" + contentHash + name.substring(dot);
  }
}
