package org.sgconv.bindings.load;

import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where libraries are looked for.
 *
 * @param libraryPath value of {@code -Dsgconv.library.path}: folders or files, or null
 * @param cacheDirectory where resources are extracted to
 * @param toolkitFolders where the CUDA toolkit's libraries may be, in order
 * @param platform the running one
 */
record SearchSettings(
    @Nullable String libraryPath,
    Path cacheDirectory,
    List<Path> toolkitFolders,
    Platform platform) {

  static final String LIBRARY_PATH = "sgconv.library.path";
  static final String CACHE_DIRECTORY = "sgconv.cache.dir";
  static final String TOOLKIT = "sgconv.cuda.toolkit";

  static SearchSettings ofProcess() {
    String path = System.getProperty(LIBRARY_PATH);
    return new SearchSettings(
        path == null || path.isBlank() ? null : path,
        cacheDirectory(
            System.getProperty(CACHE_DIRECTORY), System.getenv(), System.getProperty("user.home")),
        toolkitFolders(System.getProperty(TOOLKIT), System.getenv(), Path.of("/")),
        Platform.current());
  }

  /**
   * The folders in {@code sgconv.cuda.toolkit} and no others, even if it is empty; without it those
   * where the toolkit usually is.
   */
  static List<Path> toolkitFolders(
      @Nullable String property, Map<String, String> environment, Path root) {
    if (property == null) {
      return ToolkitFolders.existing(environment, root);
    }
    return Arrays.stream(property.split(File.pathSeparator, -1))
        .filter(entry -> !entry.isBlank())
        .map(entry -> Path.of(entry).toAbsolutePath())
        .toList();
  }

  /**
   * {@code sgconv.cache.dir}, or {@code sgconv} in the user's cache folder (XDG base directories).
   */
  static Path cacheDirectory(
      @Nullable String property, Map<String, String> environment, @Nullable String home) {
    if (property != null && !property.isBlank()) {
      return Path.of(property).toAbsolutePath();
    }
    String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
    if (xdg.startsWith("/")) { // a relative value is to be ignored
      return Path.of(xdg, "sgconv");
    }
    return Path.of(home == null ? "" : home, ".cache", "sgconv").toAbsolutePath();
  }
}
