package org.sgconv.nn;

import org.jspecify.annotations.Nullable;
import org.sgconv.spi.TensorAccess;
import org.sgconv.tensor.Tensor;

/**
 * A tensor that an optimizer changes, with its gradient. Parts of one tensor, such as the scales of
 * a kernel, are parameters of their own: {@link #slice}.
 *
 * <p>Whoever writes to {@link #value} says so with {@link #changed}, so that what was computed from
 * it, such as the spectrum of a kernel, is computed anew.
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public final class Parameter implements AutoCloseable {

  private final @Nullable Parameter whole;
  private final long index;
  private final Tensor value;
  private final OptimizerHint hint;
  private @Nullable Tensor gradient;
  private boolean touched;
  private long version;

  private Parameter(@Nullable Parameter whole, long index, Tensor value, OptimizerHint hint) {
    this.whole = whole;
    this.index = index;
    this.value = value;
    this.hint = hint;
  }

  /** A parameter that owns this tensor. */
  public static Parameter of(Tensor value, OptimizerHint hint) {
    return new Parameter(null, 0, value, hint);
  }

  /** Entry {@code index} of the outermost axis as a parameter, which lives as long as this one. */
  public Parameter slice(long index) {
    return new Parameter(this, index, value.slice(index), hint);
  }

  /** The values, which an optimizer changes in place. */
  public Tensor value() {
    return value;
  }

  /** What it asks of an optimizer. */
  public OptimizerHint hint() {
    return hint;
  }

  /**
   * The gradient of the last backward call, of the value's shape; memory for it is taken when it is
   * first asked for, and then holds zeros.
   *
   * @throws org.sgconv.TensorClosedException if the value is closed
   */
  public Tensor gradient() {
    TensorAccess.requireOpen(value); // memory taken after closing would be nobody's to close
    Tensor known = gradient;
    if (known == null) {
      known =
          whole == null
              ? value.zerosBeside(value.shape().toArray())
              : whole.gradient().slice(index);
      gradient = known;
    }
    return known;
  }

  /** The memory of the gradient, for a backward call that overwrites it. */
  public Tensor overwriteGradient() {
    touched = true;
    return gradient();
  }

  /** Whether a backward call has written the gradient. */
  public boolean hasGradient() {
    return whole == null ? touched : whole.hasGradient();
  }

  /** To be called after the value was written to. */
  public void changed() {
    if (whole == null) {
      version++;
    } else {
      whole.changed();
    }
  }

  /** Another number after each {@link #changed}. */
  public long version() {
    return whole == null ? version : whole.version();
  }

  /** Closes value and gradient; once they are, this does nothing. */
  @Override
  public void close() {
    Tensor.closeAll(value, gradient);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
