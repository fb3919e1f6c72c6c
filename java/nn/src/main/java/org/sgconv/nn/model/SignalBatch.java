package org.sgconv.nn.model;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.conv.RowLengths;
import org.sgconv.spi.TensorCheck;
import org.sgconv.tensor.Tensor;

/**
 * Signals (B,L,C) of C samples at each position, as pixels or sound come; the tensor stays the
 * caller's, and is to stay as it is until the pass has gone back through it.
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public final class SignalBatch implements ModelInput {

  private final Tensor samples;
  private final @Nullable RowLengths lengths;

  private SignalBatch(Tensor samples, @Nullable RowLengths lengths) {
    this.samples = samples;
    this.lengths = lengths;
  }

  /**
   * A batch of signals.
   *
   * @param samples (B,L,C), where the model computes
   * @throws ShapeMismatchException if it has not three axes
   * @throws InvalidArgumentException if the host has it and a value is not finite
   */
  public static SignalBatch of(Tensor samples) {
    if (samples.shape().rank() != 3) {
      throw new ShapeMismatchException(
          "signals have shape " + samples.shape() + ", expected (B,L,C)");
    }
    if (samples.isOnHost()) {
      TensorCheck.finite("signals (B,L,C)", samples);
    }
    return new SignalBatch(samples, null);
  }

  /**
   * The same signals, of whose rows the decoder looks at so many positions.
   *
   * @throws ShapeMismatchException if there are not as many lengths as rows
   * @throws InvalidArgumentException if one is beyond L
   */
  public SignalBatch withLengths(RowLengths lengths) {
    return new SignalBatch(samples, Positions.require(lengths, batch(), length()));
  }

  @Override
  public long batch() {
    return samples.dim(0);
  }

  @Override
  public long length() {
    return samples.dim(1);
  }

  @Override
  public Optional<RowLengths> lengths() {
    return Optional.ofNullable(lengths);
  }

  /** (B,L,C). */
  Tensor samples() {
    return samples;
  }
}
