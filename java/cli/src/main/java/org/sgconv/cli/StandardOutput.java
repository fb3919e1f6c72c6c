package org.sgconv.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.sgconv.text.FileFailure;

/**
 * Standard output that remembers the first thing it could not write: writers and print streams
 * swallow that, and a command whose table went nowhere has not succeeded.
 */
final class StandardOutput extends OutputStream {

  private static final int FILE_TYPE = 0170000;
  private static final int PIPE = 0010000;
  private static final int SOCKET = 0140000;

  private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);
  private @Nullable IOException failure;

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (failure != null) {
      throw failure;
    }
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  /**
   * The exit status of a command that would end with {@code status}. A reader that has gone, as
   * {@code head} does, ends it quietly; anything else is said.
   */
  int conclude(int status, PrintWriter err) {
    if (failure == null) {
      return status;
    }
    if (isPipe()) {
      return status == ExitStatus.OK ? ExitStatus.READER_GONE : status;
    }
    err.println("sgconv: standard output cannot be written: " + FileFailure.reason(failure));
    err.flush();
    return status == ExitStatus.OK ? ExitStatus.BAD_INPUT : status;
  }

  /** A pipe is never full for good: writing fails only when nobody reads any more. */
  private static boolean isPipe() {
    try {
      Object mode = Files.getAttribute(Path.of("/dev/stdout"), "unix:mode");
      int type = (int) mode & FILE_TYPE;
      return type == PIPE || type == SOCKET;
    } catch (IOException | UnsupportedOperationException unknown) {
      return false;
    }
  }
}
