package org.sgconv.cli.signal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import org.sgconv.InvalidFileException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.tensor.Tensor;
import org.sgconv.text.FileFailure;

/**
 * A file that is open and whose values are not read yet: what it would take to compute with them
 * can be asked first.
 */
public final class SignalSource implements AutoCloseable {

  private final Path file;
  private final SignalForm form;
  private final Values values;
  private final Part part;
  private final Closeable open;

  /** Reads the values; they may have any shape of as many elements. */
  @FunctionalInterface
  interface Values {
    Tensor read() throws IOException;
  }

  /** Reads a stretch of every row into the start of its array. */
  @FunctionalInterface
  interface Part {
    void read(long from, int count, float[][] into) throws IOException;
  }

  /** Takes over what is open. */
  SignalSource(Path file, SignalForm form, Values values, Part part, Closeable open) {
    this.file = file;
    this.form = form;
    this.values = values;
    this.part = part;
    this.open = open;
  }

  /** What the header or the size of the file says. */
  public SignalForm form() {
    return form;
  }

  /**
   * The signal; the caller closes it.
   *
   * @throws InvalidFileException if the file cannot be read
   * @throws org.sgconv.InvalidArgumentException if a value is not finite
   */
  public Signal read() {
    try {
      return new Signal(form, values.read());
    } catch (IOException e) {
      throw new InvalidFileException(file, "cannot be read: " + FileFailure.reason(e), e);
    }
  }

  /**
   * How many rows there are: B·H, or the channels of a sound.
   *
   * @throws ShapeMismatchException if there are more than an array holds
   */
  public int rowCount() {
    if (form.batch() > Integer.MAX_VALUE / form.hidden()) {
      throw new ShapeMismatchException(
          "signal " + form.name() + " has shape " + form.shapeText() + ": at most 2^31 - 1 rows");
    }
    return (int) form.batch() * form.hidden();
  }

  /**
   * Reads a stretch of every row.
   *
   * @param from index of the first sample
   * @param count how many
   * @param into for each row an array of at least as many, filled from its start
   * @throws InvalidFileException if the file cannot be read, or a value is not finite
   */
  public void read(long from, int count, float[][] into) {
    try {
      part.read(from, count, into);
    } catch (IOException e) {
      throw new InvalidFileException(file, "cannot be read: " + FileFailure.reason(e), e);
    }
    for (int row = 0; row < into.length; row++) {
      for (int i = 0; i < count; i++) {
        if (!Float.isFinite(into[row][i])) {
          throw new InvalidFileException(
              file,
              "sample "
                  + (from + i)
                  + " of row "
                  + row
                  + " is "
                  + into[row][i]
                  + ": expected finite values");
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    open.close();
  }
}
