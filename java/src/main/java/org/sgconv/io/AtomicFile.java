package org.sgconv.io;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.sgconv.InvalidFileException;
import org.sgconv.PrintableText;

/**
 * Writes a file that is either there as a whole or not there: into a temporary file beside it,
 * flushed to the disk, then renamed. A link is followed. A device or a FIFO, which has no content
 * that could be replaced, is written into.
 *
 * <p>An interrupted thread writes as any other does and stays interrupted.
 */
final class AtomicFile {

  private AtomicFile() {}

  /** What is to be written. */
  interface Content {
    void writeTo(OutputStream out) throws IOException;
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
    try {
      if (!Files.exists(target)) {
        replace(target, content);
      } else if (Files.isRegularFile(target)) {
        replace(target.toRealPath(), content);
      } else {
        try (OutputStream out = Files.newOutputStream(target, StandardOpenOption.WRITE)) {
          content.writeTo(out);
        }
      }
    } catch (IOException e) {
      throw new InvalidFileException(path, "cannot be written: " + reason(target, e), e);
    }
  }

  private static void replace(Path target, Content content) throws IOException {
    try (TemporaryFile temporary = new TemporaryFile(target)) {
      try (OutputStream out = temporary.create()) {
        content.writeTo(out);
      }
      temporary.flush();
      temporary.becomeTarget();
    }
  }

  private static String reason(Path target, IOException failure) {
    Path folder = target.getParent();
    if (folder != null && !Files.isDirectory(folder)) {
      return "there is no folder " + PrintableText.quote(folder.toString()) + ": create it first";
    }
    if (failure instanceof AccessDeniedException) {
      return "permission denied in its folder";
    }
    // Not the name of the temporary file, which nobody has heard of.
    String reason = failure instanceof FileSystemException file ? file.getReason() : null;
    return reason == null ? String.valueOf(failure.getMessage()) : reason;
  }
}
