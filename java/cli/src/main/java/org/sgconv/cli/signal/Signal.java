package org.sgconv.cli.signal;

import org.sgconv.InvalidArgumentException;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.spi.TensorCheck;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** A signal (B,H,L) in float32, every value finite. Owns its tensor. */
public final class Signal implements AutoCloseable {

  private final SignalForm form;
  private final Tensor owner;
  private final Tensor values;

  /**
   * Takes the tensor over; if this throws, it is closed.
   *
   * @param tensor FLOAT32, as many elements as the form has
   * @throws InvalidArgumentException if a value is not finite; the message names its index
   */
  Signal(SignalForm form, Tensor tensor) {
    try (Closer taken = Closer.onFailure()) {
      taken.add(tensor);
      this.values = tensor.reshape(form.batch(), form.hidden(), form.length());
      TensorCheck.finite("signal " + form.name() + " (B,H,L)", values);
      taken.keep();
    }
    this.form = form;
    this.owner = tensor;
  }

  /** Its sizes and what people call it. */
  public SignalForm form() {
    return form;
  }

  /** (B,H,L), FLOAT32. Belongs to this signal. */
  public Tensor values() {
    return values;
  }

  /**
   * A new signal of the form {@link SignalForm#repeated}. This signal is left as it is.
   *
   * @throws InvalidArgumentException if H is not 1 or {@code count} is below 1
   */
  public Signal repeated(int count) {
    SignalForm wide = form.repeated(count);
    try (Closer made = Closer.onFailure()) {
      Tensor rows =
          made.add(Tensor.uninitialized(DType.FLOAT32, wide.batch() * count, wide.length()));
      Tensor from = values.reshape(form.batch(), form.length());
      for (long row = 0; row < rows.dim(0); row++) {
        rows.slice(row).copyFrom(from.slice(row / count));
      }
      Signal repeated = new Signal(wide, rows);
      made.keep();
      return repeated;
    }
  }

  @Override
  public void close() {
    owner.close();
  }
}
