package org.sgconv.bindings.load;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/** Files and folders that no other user can have written; the superuser is trusted. */
final class PrivateDirectory {

  private static final int TYPE_MASK = 0xf000;
  private static final int REGULAR = 0x8000;
  private static final int DIRECTORY = 0x4000;
  private static final int STICKY = 01000;
  private static final int OTHERS_WRITE = 0022;

  static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Path path;
  private final int userId;
  private final boolean endsWithProcess;

  private PrivateDirectory(Path path, int userId, boolean endsWithProcess) {
    this.path = path;
    this.userId = userId;
    this.endsWithProcess = endsWithProcess;
  }

  /**
   * A folder of this user's alone in one that others may write to, as {@code /tmp} is: the same one
   * for all processes of the user or, if somebody else has taken its name, one that ends with this
   * process.
   */
  static PrivateDirectory openBelowShared(Path parent, int userId)
      throws IOException, LoadAttemptException {
    Path shared = parent.toRealPath();
    int mode = Attributes.read(shared).mode;
    if ((mode & OTHERS_WRITE) != 0 && (mode & STICKY) == 0) {
      throw new LoadAttemptException(
          LoadFailure.FOLDER,
          String.format(
              Locale.ROOT, "%s lets others rename what is in it (mode %o)", shared, mode & 07777),
          CacheFolder.REMEDY);
    }
    Path folder = shared.resolve("sgconv-" + userId);
    try {
      Files.createDirectory(folder, OWNER_ONLY);
    } catch (FileAlreadyExistsException e) {
      // checked below, like a new one
    }
    Attributes found = Attributes.read(folder); // of a link itself, not of what it points to
    boolean ours =
        (found.mode & TYPE_MASK) == DIRECTORY
            && found.owner == userId
            && (found.mode & OTHERS_WRITE) == 0;
    if (!ours) {
      folder = Files.createTempDirectory(shared, "sgconv-", OWNER_ONLY);
      folder.toFile().deleteOnExit();
    }
    return new PrivateDirectory(folder, userId, !ours);
  }

  /** Makes the folder with permissions 0700, or checks the one that is there. */
  static PrivateDirectory open(Path directory, int userId)
      throws IOException, LoadAttemptException {
    try {
      if (directory.getParent() != null) {
        Files.createDirectories(directory.getParent());
      }
      Files.createDirectory(directory, OWNER_ONLY);
    } catch (FileAlreadyExistsException e) {
      // checked below, like a new one
    }
    PrivateDirectory result = new PrivateDirectory(directory.toRealPath(), userId, false);
    Attributes attributes = Attributes.read(result.path);
    if (!result.isOurs(attributes)) {
      throw new LoadAttemptException(
          LoadFailure.FOLDER,
          String.format(
              Locale.ROOT,
              "%s could be written by another user (owner %d, mode %o; this process runs as %d)",
              result.path,
              attributes.owner,
              attributes.mode & 07777,
              userId),
          "set -Dsgconv.cache.dir to a folder that only this user can write to");
    }
    return result;
  }

  Path path() {
    return path;
  }

  /** Whether folder and files are deleted when this process ends. */
  boolean endsWithProcess() {
    return endsWithProcess;
  }

  /** Whether {@code file} is a regular file, no link, that only this user can have written. */
  boolean holdsPrivateFile(Path file) throws IOException {
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    Attributes attributes = Attributes.read(file);
    return (attributes.mode & TYPE_MASK) == REGULAR && isOurs(attributes);
  }

  private boolean isOurs(Attributes attributes) {
    return (attributes.owner == userId || attributes.owner == 0)
        && (attributes.mode & OTHERS_WRITE) == 0;
  }

  private record Attributes(int owner, int mode) {

    static Attributes read(Path path) throws IOException {
      return new Attributes(read(path, "unix:uid"), read(path, "unix:mode"));
    }

    private static int read(Path path, String name) throws IOException {
      return (Integer)
          Objects.requireNonNull(Files.getAttribute(path, name, LinkOption.NOFOLLOW_LINKS));
    }
  }
}
