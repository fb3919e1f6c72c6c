package org.sgconv.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.sgconv.InvalidFileException;

/**
 * Writes a file that is either there as a whole or not there: into a temporary file beside it,
 * flushed to the disk, then renamed.
 */
final class AtomicFile {

  private AtomicFile() {}

  /** What is to be written. */
  interface Content {
    void writeTo(FileChannel channel) throws IOException;
  }

  /**
   * Creates or replaces a file.
   *
   * @throws InvalidFileException if that fails; nothing is left behind and an older file stays
   */
  static void write(Path path, Content content) {
    Path target = path.toAbsolutePath();
    if (Files.isDirectory(target)) {
      throw new InvalidFileException(path, "is a folder, expected a file to write");
    }
    Path temporary =
        target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      try (FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        content.writeTo(channel);
        channel.force(true);
      }
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      remove(temporary, e);
      throw new InvalidFileException(path, "cannot be written: " + e, e);
    } catch (RuntimeException e) {
      remove(temporary, e);
      throw e;
    }
  }

  private static void remove(Path temporary, Exception failure) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }
}
