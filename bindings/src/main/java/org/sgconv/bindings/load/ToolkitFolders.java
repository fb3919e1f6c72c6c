package org.sgconv.bindings.load;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where the CUDA toolkit's libraries are on Linux: the folders that the environment names, the
 * usual installations from the newest to the oldest, and the dynamic linker's own folders.
 */
final class ToolkitFolders {

  private ToolkitFolders() {}

  /**
   * The folders in {@code sgconv.cuda.toolkit}, none if it is blank.
   *
   * @throws LoadAttemptException if there is one that is no folder
   */
  static List<Path> named(String property) throws LoadAttemptException {
    List<Path> folders = new ArrayList<>();
    for (String entry : property.split(File.pathSeparator, -1)) {
      if (entry.isBlank()) {
        continue; // never the working directory by accident
      }
      Path folder = SearchSettings.path(SearchSettings.TOOLKIT, entry);
      if (!Files.isDirectory(folder)) {
        throw new LoadAttemptException(
            LoadFailure.SETTING,
            String.format(
                Locale.ROOT,
                "-D%s=%s: there is no folder %s",
                SearchSettings.TOOLKIT,
                property,
                folder),
            "name the folder of libcudart.so");
      }
      folders.add(folder);
    }
    return folders;
  }

  /**
   * Those that exist.
   *
   * @param root {@code /}, or a stand-in for tests
   */
  static List<Path> existing(Map<String, String> environment, Path root) {
    Set<Path> folders = new LinkedHashSet<>();
    for (String variable : List.of("CUDA_PATH", "CUDA_HOME")) {
      String home = environment.getOrDefault(variable, "");
      folder(home).ifPresent(path -> addInstallation(folders, path));
    }
    for (String entry :
        environment.getOrDefault("LD_LIBRARY_PATH", "").split(File.pathSeparator, -1)) {
      folder(entry).ifPresent(folders::add);
    }
    addInstallation(folders, root.resolve("usr/local/cuda"));
    for (Path installation : matching(root.resolve("usr/local"), "cuda-*")) {
      addInstallation(folders, installation);
    }
    addInstallation(folders, root.resolve("opt/cuda"));
    for (Path configuration : matching(root.resolve("etc/ld.so.conf.d"), "*.conf")) {
      addListed(folders, configuration);
    }
    for (String usual : List.of("usr/lib/x86_64-linux-gnu", "usr/lib64", "usr/lib", "lib64")) {
      folders.add(root.resolve(usual));
    }
    return folders.stream().filter(Files::isDirectory).toList();
  }

  /** An absolute path that this process can express. */
  static Optional<Path> folder(String text) {
    try {
      return text.startsWith("/") ? Optional.of(Path.of(text)) : Optional.empty();
    } catch (InvalidPathException e) {
      System.getLogger(ToolkitFolders.class.getName())
          .log(System.Logger.Level.DEBUG, "not looked in, see LC_ALL: " + text, e);
      return Optional.empty();
    }
  }

  private static void addInstallation(Set<Path> folders, Path home) {
    folders.add(home.resolve("lib64"));
    folders.add(home.resolve("targets/x86_64-linux/lib"));
    folders.add(home.resolve("lib"));
  }

  /** The folders that a configuration of the dynamic linker lists, one a line. */
  private static void addListed(Set<Path> folders, Path configuration) {
    try {
      for (String line : Files.readAllLines(configuration)) {
        folder(line.strip()).ifPresent(folders::add);
      }
    } catch (IOException e) {
      // Not ours to judge: the other folders are tried, and a library that is not found is
      // reported.
      System.getLogger(ToolkitFolders.class.getName())
          .log(System.Logger.Level.DEBUG, configuration + " cannot be read", e);
    }
  }

  /** Entries of a folder that match, the highest version first. */
  private static List<Path> matching(Path folder, String pattern) {
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, pattern)) {
        entries.forEach(found::add);
      } catch (IOException e) {
        System.getLogger(ToolkitFolders.class.getName())
            .log(System.Logger.Level.DEBUG, folder + " cannot be listed", e);
      }
    }
    found.sort(
        Comparator.comparing(
                (Path path) -> version(path.getFileName().toString()), Comparator.naturalOrder())
            .reversed());
    return found;
  }

  /** Digits padded, so that 13.10 follows 13.9. */
  private static String version(String name) {
    StringBuilder key = new StringBuilder();
    for (String part : name.split("(?<=\\d)(?=\\D)|(?<=\\D)(?=\\d)", -1)) {
      key.append(
          part.matches("\\d{1,9}")
              ? String.format(Locale.ROOT, "%09d", Long.parseLong(part))
              : part);
    }
    return key.toString();
  }
}
