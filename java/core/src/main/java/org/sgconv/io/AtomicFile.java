package org.sgconv.io;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.sgconv.InvalidFileException;
import org.sgconv.text.FileFailure;
import org.sgconv.text.PrintableText;

/**
 * Writes files that are there as a whole or not there: into a temporary file beside the target,
 * flushed to the disk, then renamed over it. A symbolic link stays and its target is replaced. What
 * has no content that could be replaced is written into: a FIFO, a device, and a file by the number
 * under which a process has it open, such as {@code /dev/fd/3}.
 *
 * <p>An interrupted thread writes as any other does and stays interrupted. A JVM that ends in the
 * middle (SIGINT, SIGTERM, SIGHUP) leaves an older file as it was and no temporary one.
 *
 * @since 0.1.0
 */
public final class AtomicFile {

  private static final int BUFFER_BYTES = 1 << 16;

  /** As many symbolic links as Linux follows. */
  private static final int MOST_LINKS = 40;

  /** Here links are the files that processes have open. */
  private static final Path PROCESSES = Path.of("/proc");

  private AtomicFile() {}

  /** What is to be written. */
  @FunctionalInterface
  public interface Content {
    /** Writes everything, front to back; the caller closes the stream. */
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Creates or replaces a file in one step, or leaves it as it was if anything fails; or writes
   * into what {@link #isWrittenInto} names.
   *
   * @throws InvalidFileException naming {@code path}, if its folder is missing or not writable, the
   *     disk is full, a limit is reached or the reader of a FIFO has gone; no temporary file is
   *     left
   */
  public static void write(Path path, Content content) {
    if (Files.isDirectory(path)) {
      throw new InvalidFileException(path, "is a folder, expected the name of a file");
    }
    try {
      if (isWrittenInto(path)) {
        // At the end: an open file may hold what others wrote.
        try (OutputStream out =
            Files.newOutputStream(path, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
          writeInto(out, content);
        }
      } else {
        replace(followed(path.toAbsolutePath()), content);
      }
    } catch (IOException e) {
      throw new InvalidFileException(path, "cannot be written: " + FileFailure.reason(e), e);
    }
  }

  /**
   * The file that {@link #write} makes: {@code path} itself, or what is at the end of its symbolic
   * links, whether or not it exists.
   *
   * @throws InvalidFileException naming {@code path}, if the links end nowhere
   */
  public static Path target(Path path) {
    try {
      return followed(path.toAbsolutePath());
    } catch (IOException e) {
      throw new InvalidFileException(path, "cannot be written: " + FileFailure.reason(e), e);
    }
  }

  /**
   * Whether {@link #write} would write into what is there, since it is a FIFO, a device or a file
   * that a process has open, named by its number.
   */
  public static boolean isWrittenInto(Path path) {
    if (!Files.exists(path) || Files.isDirectory(path)) {
      return false;
    }
    try {
      return !Files.isRegularFile(path) || followed(path.toAbsolutePath()).startsWith(PROCESSES);
    } catch (IOException gone) {
      // Since the first look; it will be made anew.
      return false;
    }
  }

  private static void writeInto(OutputStream to, Content content) throws IOException {
    OutputStream out = new BufferedOutputStream(to, BUFFER_BYTES);
    content.writeTo(out);
    out.flush();
  }

  private static void replace(Path target, Content content) throws IOException {
    try (TemporaryFile temporary = new TemporaryFile(target)) {
      try (OutputStream out = temporary.create()) {
        writeInto(out, content);
      }
      temporary.flush();
      temporary.becomeTarget();
    }
  }

  /**
   * The file at the end of a chain of symbolic links, whether or not it exists; but an open file by
   * its number, not by its name.
   */
  private static Path followed(Path file) throws IOException {
    Path at = inRealFolder(file);
    for (int links = 0; Files.isSymbolicLink(at) && !at.startsWith(PROCESSES); links++) {
      if (links == MOST_LINKS) {
        throw new FileSystemLoopException(file.toString());
      }
      at = inRealFolder(at.resolveSibling(Files.readSymbolicLink(at)));
    }
    return at;
  }

  private static Path inRealFolder(Path file) throws IOException {
    Path folder = file.getParent();
    if (folder == null) {
      return file;
    }
    if (!Files.isDirectory(folder)) {
      String missing = "there is no folder " + PrintableText.quote(folder.toString());
      throw new FileSystemException(file.toString(), null, missing + ": create it first");
    }
    return folder.toRealPath().resolve(file.getFileName());
  }
}
