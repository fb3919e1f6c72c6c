package org.sgconv.bindings.load;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A folder that resources may be extracted to.
 *
 * @param text the folder, or for {@link Kind#TEMPORARY} the one that all users share
 * @param kind who decided on it
 */
record CacheFolder(String text, Kind kind) {

  enum Kind {
    /** Named by {@code sgconv.cache.dir}: this one or none. */
    NAMED,
    /** In the user's own cache folder. */
    OWN,
    /** A private one where all users keep temporary files. */
    TEMPORARY
  }

  /** What to do about a folder that cannot be used. */
  static final String REMEDY =
      "set -D"
          + SearchSettings.CACHE_DIRECTORY
          + " to a folder that this user can write to and execute from";

  /**
   * {@code sgconv.cache.dir} alone; without it {@code sgconv} in the user's cache folder (XDG base
   * directories), and where that cannot be used a private one among the temporary files.
   */
  static List<CacheFolder> candidates(
      @Nullable String property, Map<String, String> environment, String home, String temporary) {
    if (property != null && !property.isBlank()) {
      return List.of(new CacheFolder(property, Kind.NAMED));
    }
    String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
    String own = // a relative value is to be ignored
        xdg.startsWith("/") ? xdg : (home.equals("/") ? "" : home) + "/.cache";
    return List.of(
        new CacheFolder(own + "/sgconv", Kind.OWN), new CacheFolder(temporary, Kind.TEMPORARY));
  }

  /**
   * The folder, made if there is none.
   *
   * @throws LoadAttemptException of the kind FOLDER if it cannot be used
   */
  PrivateDirectory open(int userId) throws LoadAttemptException {
    try {
      return switch (kind) {
        case NAMED -> PrivateDirectory.open(Path.of(text).toAbsolutePath(), userId);
        case OWN -> PrivateDirectory.open(absolute(), userId);
        case TEMPORARY -> PrivateDirectory.openBelowShared(absolute(), userId);
      };
    } catch (InvalidPathException e) {
      throw refused("its name has characters that Java cannot use here (LC_ALL=C.UTF-8 helps)", e);
    } catch (IOException e) {
      throw refused(e.toString(), e);
    }
  }

  /** A user without a home folder has "?": not a place below the working directory. */
  private Path absolute() throws LoadAttemptException {
    Path path = Path.of(text);
    if (!path.isAbsolute()) {
      throw refused("this user has no home folder", null);
    }
    return path;
  }

  private LoadAttemptException refused(String reason, @Nullable Throwable cause) {
    return new LoadAttemptException(
        LoadFailure.FOLDER,
        "the cache folder " + text + " cannot be used: " + reason,
        REMEDY,
        cause);
  }
}
