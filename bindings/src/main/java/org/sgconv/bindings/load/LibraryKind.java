package org.sgconv.bindings.load;

/** Whose a library is, and so where it is looked for and what helps if it is not there. */
enum LibraryKind {
  /** This project's own: in the jar of sgconv-native. */
  OWN(
      "org/sgconv/native/",
      "add org.sgconv:sgconv-native for this platform to the class path (with a module path"
          + " also --add-modules org.sgconv.natives), or set -D"
          + SearchSettings.LIBRARY_PATH,
      "sgconv-native and sgconv-bindings of one version"),

  /** Of the CUDA toolkit: where that is installed, then in a jar. */
  TOOLKIT(
      "org/bytedeco/cuda/",
      "add org.bytedeco:cuda-redist for this platform to the class path",
      "CUDA 12.2 or later"),

  /** OpenBLAS: in a jar, then where Linux has its libraries. */
  OPENBLAS(
      "org/bytedeco/openblas/",
      "add org.bytedeco:openblas for this platform (classifier linux-x86_64) to the class path,"
          + " install OpenBLAS (libopenblas0-pthread on Debian), or set -D"
          + SearchSettings.LIBRARY_PATH,
      "OpenBLAS 0.3.20 or later");

  private final String resourceFolder;
  private final String remedy;
  private final String fitting;

  LibraryKind(String resourceFolder, String remedy, String fitting) {
    this.resourceFolder = resourceFolder;
    this.remedy = remedy;
    this.fitting = fitting;
  }

  /** The folder of its resources for a platform, with a slash at the end. */
  String resourceFolder(Platform platform) {
    // JavaCPP's artifacts call this processor otherwise.
    boolean other = this == OPENBLAS && platform.arch().equals("aarch64");
    return resourceFolder + (other ? platform.os() + "-arm64" : platform.folder()) + "/";
  }

  /** What helps if there is no such resource. */
  String remedy() {
    return remedy;
  }

  /** What to use instead of a library that lacks a function. */
  String fitting() {
    return fitting;
  }
}
