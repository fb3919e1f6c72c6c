package org.sgconv.bindings.load;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Where Linux has libraries that it installs: the folders of Debian, then those of others. */
final class SystemFolders {

  private SystemFolders() {}

  /**
   * Those that exist, the environment's first.
   *
   * @param arch of the process, such as {@code x86_64}
   * @param root {@code /}, or a stand-in for tests
   */
  static List<Path> existing(Map<String, String> environment, String arch, Path root) {
    Set<Path> folders = new LinkedHashSet<>();
    for (String entry :
        environment.getOrDefault("LD_LIBRARY_PATH", "").split(File.pathSeparator, -1)) {
      ToolkitFolders.folder(entry).ifPresent(folders::add);
    }
    for (String usual : List.of("usr/lib/" + arch + "-linux-gnu", "usr/lib64", "usr/lib")) {
      folders.add(root.resolve(usual));
    }
    return folders.stream().filter(Files::isDirectory).toList();
  }
}
