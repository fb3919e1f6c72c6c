package org.sgconv.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidArgumentException;
import org.sgconv.InvalidFileException;
import org.sgconv.cli.report.OutputFile;
import org.sgconv.io.AtomicFile;

/** Where the user wants a result, looked at before any work is done. */
final class OutputPlace {

  /** What {@code -} stands for. */
  private static final Path STANDARD_OUTPUT = Path.of("/dev/stdout");

  private OutputPlace() {}

  /** The file that was named; {@code -} is standard output. */
  static Path of(Path named) {
    if (named.toString().isEmpty()) {
      throw new InvalidArgumentException("the name of the file to write is empty");
    }
    return named.equals(Path.of("-")) ? STANDARD_OUTPUT : named;
  }

  /**
   * Returns normally unless the file could not be written in the end.
   *
   * @param inputs files that are read, null where there is none
   */
  static void requireWritable(Path file, @Nullable Path... inputs) {
    if (OutputFile.isStandardOutput(file)) {
      return; // The shell has opened it.
    }
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new InvalidFileException(file, "the folder does not exist: create it first");
    }
    if (Files.isDirectory(file)) {
      throw new InvalidFileException(file, "is a folder, expected the name of a file");
    }
    if (AtomicFile.isWrittenInto(file) ? !Files.isWritable(file) : !isReplaceable(file)) {
      throw new InvalidFileException(file, "cannot be written: permission denied");
    }
    for (Path input : inputs) {
      if (input != null && OutputFile.isSame(input, file)) {
        throw new InvalidFileException(
            file, "is an input and would be replaced: name another file");
      }
    }
  }

  private static boolean isReplaceable(Path file) {
    Path folder = AtomicFile.target(file).getParent();
    return folder != null && Files.isWritable(folder);
  }

  /** Whether one would replace the other, or be mixed with it. */
  static boolean areOne(Path one, Path other) {
    return !OutputFile.isNothing(one)
        && (OutputFile.isSame(one, other)
            || AtomicFile.target(one).equals(AtomicFile.target(other)));
  }
}
