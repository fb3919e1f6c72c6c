package org.sgconv.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

  /** How it was opened, as Linux says it: its lowest two bits are 0 where it can only be read. */
  private static final Path STATE = Path.of("/proc/self/fdinfo/1");

  private static final Path STATES = Path.of("/proc/self/fdinfo");

  private static final Pattern FLAGS = Pattern.compile("(?m)^flags:\\s*([0-7]{1,18})$");
  private static final int ACCESS = 3;

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
   * Whether nothing can be written, as after {@code >&-}, without writing anything. The JVM's own
   * files may have taken the number since, which are only read. False where the system does not
   * tell.
   */
  static boolean isClosed() {
    try {
      Matcher flags = FLAGS.matcher(Files.readString(STATE));
      return flags.find() && (Long.parseLong(flags.group(1), 8) & ACCESS) == 0;
    } catch (NoSuchFileException none) {
      return Files.isDirectory(STATES);
    } catch (IOException unknown) {
      return false;
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
    report(FileFailure.reason(failure), err);
    return status == ExitStatus.OK ? ExitStatus.BAD_INPUT : status;
  }

  /** Says why standard output cannot be written. */
  static void report(String reason, PrintWriter err) {
    err.println("sgconv: standard output cannot be written: " + reason);
    err.flush();
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
