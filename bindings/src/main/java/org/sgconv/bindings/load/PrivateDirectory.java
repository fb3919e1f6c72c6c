package org.sgconv.bindings.load;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;

/** Files and folders that no other user can have written; the superuser is trusted. */
final class PrivateDirectory {

  private static final int TYPE_MASK = 0xf000;
  private static final int REGULAR = 0x8000;
  private static final int OTHERS_WRITE = 0022;

  private final Path path;
  private final int userId;

  private PrivateDirectory(Path path, int userId) {
    this.path = path;
    this.userId = userId;
  }

  /** Makes the folder with permissions 0700, or checks the one that is there. */
  static PrivateDirectory open(Path directory, int userId)
      throws IOException, LoadAttemptException {
    try {
      if (directory.getParent() != null) {
        Files.createDirectories(directory.getParent());
      }
      Files.createDirectory(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (FileAlreadyExistsException e) {
      // checked below, like a new one
    }
    PrivateDirectory result = new PrivateDirectory(directory.toRealPath(), userId);
    Attributes attributes = Attributes.read(result.path);
    if (!result.isOurs(attributes)) {
      throw new LoadAttemptException(
          "%s could be written by another user (owner %d, mode %o; this process runs as %d)"
              .formatted(result.path, attributes.owner, attributes.mode & 07777, userId),
          "set -Dsgconv.cache.dir to a folder that only this user can write to");
    }
    return result;
  }

  Path path() {
    return path;
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
