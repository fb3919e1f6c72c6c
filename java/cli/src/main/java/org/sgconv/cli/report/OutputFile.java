package org.sgconv.cli.report;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.sgconv.InvalidFileException;
import org.sgconv.io.AtomicFile;
import org.sgconv.text.FileFailure;

/** Where a command's results go: standard output, or a file that is complete or absent. */
public final class OutputFile {

  private static final Path STANDARD_OUTPUT = Path.of("/dev/stdout");
  private static final Path NOTHING = Path.of("/dev/null");
  private static final int BUFFER_BYTES = 1 << 16;

  private OutputFile() {}

  /**
   * Writes to standard output, if that is what {@code target} is, or else as {@link
   * AtomicFile#write}.
   *
   * @throws InvalidFileException naming {@code target}, if it cannot be written
   */
  public static void write(Path target, AtomicFile.Content content) {
    if (!isStandardOutput(target)) {
      AtomicFile.write(target, content);
      return;
    }
    // Not by its name: what the shell opened has a position. Not closed: it goes on after this.
    OutputStream out =
        new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER_BYTES);
    try {
      content.writeTo(out);
      out.flush();
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

  /** Whether both are there and one file, by whatever name or link. */
  public static boolean isSame(Path one, Path other) {
    try {
      return Files.exists(one) && Files.exists(other) && Files.isSameFile(one, other);
    } catch (IOException unknown) {
      return false;
    }
  }
}
