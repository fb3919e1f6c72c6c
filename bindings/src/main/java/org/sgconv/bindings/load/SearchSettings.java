package org.sgconv.bindings.load;

import java.io.File;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where libraries are looked for.
 *
 * @param libraryPath value of {@code -Dsgconv.library.path}: folders or files, or null
 * @param cacheFolders where resources are extracted to, the preferred one first
 * @param toolkit value of {@code -Dsgconv.cuda.toolkit}: folders, or null for the usual ones
 * @param platform the running one
 */
record SearchSettings(
    @Nullable String libraryPath,
    List<CacheFolder> cacheFolders,
    @Nullable String toolkit,
    Platform platform) {

  static final String LIBRARY_PATH = "sgconv.library.path";
  static final String CACHE_DIRECTORY = "sgconv.cache.dir";
  static final String TOOLKIT = "sgconv.cuda.toolkit";

  static SearchSettings ofProcess() {
    String path = System.getProperty(LIBRARY_PATH);
    return new SearchSettings(
        path == null || path.isBlank() ? null : path,
        CacheFolder.candidates(
            System.getProperty(CACHE_DIRECTORY),
            System.getenv(),
            System.getProperty("user.home", ""),
            System.getProperty("java.io.tmpdir", "")),
        System.getProperty(TOOLKIT),
        Platform.current());
  }

  /** The folders and files in {@code sgconv.library.path}; none without it. */
  List<String> libraryPathEntries() {
    // A blank one would be the working directory by accident.
    return libraryPath == null
        ? List.of()
        : Arrays.stream(libraryPath.split(File.pathSeparator, -1))
            .filter(entry -> !entry.isBlank())
            .toList();
  }

  /**
   * The folders in {@code sgconv.cuda.toolkit} and no others, even if it is empty; without it those
   * where the toolkit usually is.
   *
   * @throws LoadAttemptException if one that was named is no folder
   */
  List<Path> toolkitFolders() throws LoadAttemptException {
    return toolkit == null
        ? ToolkitFolders.existing(System.getenv(), Path.of("/"))
        : ToolkitFolders.named(toolkit);
  }

  /**
   * A path in the value of a property.
   *
   * @throws LoadAttemptException if its characters cannot be part of a file name here
   */
  static Path path(String property, String text) throws LoadAttemptException {
    try {
      return Path.of(text).toAbsolutePath();
    } catch (InvalidPathException e) {
      throw new LoadAttemptException(
          LoadFailure.SETTING,
          String.format(
              Locale.ROOT, "-D%s: %s has characters that Java cannot use here", property, text),
          "start Java with LC_ALL=C.UTF-8, or take another name",
          e);
    }
  }
}
