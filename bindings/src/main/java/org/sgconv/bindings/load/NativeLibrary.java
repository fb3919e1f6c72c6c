package org.sgconv.bindings.load;

/** The native libraries of this project. */
public enum NativeLibrary {
  /** SIMD kernels for the host's CPU. */
  CPU("sgconv_cpu");

  private final String baseName;

  NativeLibrary(String baseName) {
    this.baseName = baseName;
  }

  /** File name on Linux, such as {@code libsgconv_cpu.so}. */
  public String fileName() {
    return "lib" + baseName + ".so";
  }

  String cachedFileName(String contentHash) {
    return "lib" + baseName + "-" + contentHash + ".so";
  }
}
