package org.sgconv.bindings.load;

import java.util.Locale;

/**
 * Operating system and processor of a process, in the words of the resource folders.
 *
 * @param os such as {@code linux}
 * @param arch such as {@code x86_64}
 */
record Platform(String os, String arch) {

  static Platform current() {
    return of(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
  }

  /** From the values of the system properties {@code os.name} and {@code os.arch}. */
  static Platform of(String osName, String osArch) {
    String os = osName.toLowerCase(Locale.ROOT).replace(' ', '-');
    String arch = osArch.toLowerCase(Locale.ROOT);
    return new Platform(os, arch.equals("amd64") ? "x86_64" : arch);
  }

  /** Folder of the resources for this platform, such as {@code linux-x86_64}. */
  String folder() {
    return os + "-" + arch;
  }

  /** Whether an image can be loaded into a process of this platform. */
  boolean accepts(ElfImage image) {
    return image.architecture().equals(arch);
  }
}
