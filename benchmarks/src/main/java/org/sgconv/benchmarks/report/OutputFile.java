package org.sgconv.benchmarks.report;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.sgconv.InvalidFileException;

/**
 * Writes files that are complete or absent: into a new file beside the target, then renamed over
 * it. A symbolic link stays and its target is replaced; pipes and devices are written into.
 */
public final class OutputFile {

  private static final Path STANDARD_OUTPUT = Path.of("/dev/stdout");
  private static final Path NOTHING = Path.of("/dev/null");
  private static final int BUFFER_BYTES = 1 << 16;

  /** As many symbolic links as Linux follows. */
  private static final int MOST_LINKS = 40;

  private OutputFile() {}

  /** Writes the content of a file. */
  @FunctionalInterface
  public interface Content {
    /** Writes everything, front to back; the caller closes the stream. */
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Replaces {@code target} in one step, or leaves it as it was if anything fails. What is no
   * regular file is written into instead.
   *
   * @throws InvalidFileException naming {@code target}, if the folder is missing or not writable,
   *     the disk is full, a limit is reached or the reader of a pipe has gone
   */
  public static void write(Path target, Content content) {
    try {
      if (isStandardOutput(target)) {
        // Not by its name: what the shell opened has a position, and may be appended to.
        writeInto(new FileOutputStream(FileDescriptor.out), content);
      } else if (isWrittenInto(target)) {
        try (OutputStream out = Files.newOutputStream(target, StandardOpenOption.WRITE)) {
          writeInto(out, content);
        }
      } else {
        replace(target, content);
      }
    } catch (IOException e) {
      throw new InvalidFileException(target, "cannot be written: " + FileFailure.reason(e), e);
    }
  }

  /**
   * Makes a folder and those above it, where they are not there yet.
   *
   * @throws InvalidFileException naming it, if that cannot be
   */
  public static Path createFolder(Path folder) {
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new InvalidFileException(
          folder, "the folder cannot be made: " + FileFailure.reason(e), e);
    }
  }

  /**
   * Whether what is written to {@code target} goes where this process's standard output goes, which
   * is then no place for anything else.
   */
  public static boolean isStandardOutput(Path target) {
    return isSame(target, STANDARD_OUTPUT) && !isNothing(target);
  }

  /** Whether {@code target} keeps nothing of what is written to it. */
  public static boolean isNothing(Path target) {
    return isSame(target, NOTHING);
  }

  /** Whether {@code target} is a pipe, a device or a file that another process opened. */
  public static boolean isWrittenInto(Path target) {
    return Files.exists(target)
        && !Files.isDirectory(target)
        && (!Files.isRegularFile(target) || isDescriptor(target.toAbsolutePath()));
  }

  /** Files by number: renaming over them would replace what they are a number of. */
  private static boolean isDescriptor(Path absolute) {
    return absolute.startsWith("/proc")
        || absolute.startsWith("/dev/fd")
        || absolute.equals(Path.of("/dev/stderr"));
  }

  /** Whether both are there and one file, by whatever name or link. */
  public static boolean isSame(Path one, Path other) {
    try {
      return Files.exists(one) && Files.exists(other) && Files.isSameFile(one, other);
    } catch (IOException unknown) {
      return false;
    }
  }

  private static void writeInto(OutputStream to, Content content) throws IOException {
    // Not closed here: standard output goes on after this.
    OutputStream out = new BufferedOutputStream(to, BUFFER_BYTES);
    content.writeTo(out);
    out.flush();
  }

  private static void replace(Path target, Content content) throws IOException {
    Path file = followed(target.toAbsolutePath());
    Path folder = file.getParent();
    if (folder == null || Files.isDirectory(file)) {
      throw new InvalidFileException(target, "is a folder, expected the name of a file");
    }
    if (!Files.isDirectory(folder)) {
      throw new InvalidFileException(
          target, "the folder " + folder + " does not exist: create it first");
    }
    try (TemporaryPath part = TemporaryPath.beside(file)) {
      try (FileChannel channel = FileChannel.open(part.path(), StandardOpenOption.WRITE)) {
        writeInto(Channels.newOutputStream(channel), content);
        // Some file systems notice only here that they are full.
        channel.force(true);
      }
      part.moveTo(file);
    }
  }

  /** The file at the end of a chain of symbolic links, whether or not it exists. */
  private static Path followed(Path file) throws IOException {
    Path at = file;
    for (int links = 0; Files.isSymbolicLink(at); links++) {
      if (links == MOST_LINKS) {
        throw new FileSystemLoopException(file.toString());
      }
      at = at.resolveSibling(Files.readSymbolicLink(at));
    }
    return at;
  }
}
