package org.sgconv.cli.signal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import org.sgconv.InvalidFileException;
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
  private final Closeable open;

  /** Reads the values; they may have any shape of as many elements. */
  @FunctionalInterface
  interface Values {
    Tensor read() throws IOException;
  }

  /** Takes over what is open. */
  SignalSource(Path file, SignalForm form, Values values, Closeable open) {
    this.file = file;
    this.form = form;
    this.values = values;
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

  @Override
  public void close() throws IOException {
    open.close();
  }
}
