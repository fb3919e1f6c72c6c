package org.sgconv.benchmarks.signal;

import java.util.OptionalInt;
import org.sgconv.InvalidArgumentException;
import org.sgconv.SgConvException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * A signal (B,H,L) in float32, every value finite, with its sample rate if it has one. Owns its
 * tensor.
 */
public final class Signal implements AutoCloseable {

  private final String name;
  private final Tensor owner;
  private final Tensor values;
  private final OptionalInt sampleRate;

  /**
   * Takes the tensor over; if this throws, it is closed.
   *
   * @param name what people call it: a file name
   * @param tensor FLOAT32, (B,H,L), or (H,L) or (L) for sizes of 1 in front
   * @throws ShapeMismatchException if it has another number of axes
   * @throws InvalidArgumentException if a value is not finite; the message names its index
   */
  Signal(String name, Tensor tensor, OptionalInt sampleRate) {
    try {
      this.values = inThreeAxes(name, tensor);
      values.requireFinite("signal " + name + " (B,H,L)");
    } catch (SgConvException failure) {
      tensor.close();
      throw failure;
    }
    this.name = name;
    this.owner = tensor;
    this.sampleRate = sampleRate;
  }

  private static Tensor inThreeAxes(String name, Tensor tensor) {
    return switch (tensor.shape().rank()) {
      case 1 -> tensor.reshape(1, 1, tensor.dim(0));
      case 2 -> tensor.reshape(1, tensor.dim(0), tensor.dim(1));
      case 3 -> tensor;
      default ->
          throw new ShapeMismatchException(
              "signal "
                  + name
                  + " has shape "
                  + tensor.shape()
                  + ", expected (B,H,L), (H,L) or (L)");
    };
  }

  /** What people call it: a file name. */
  public String name() {
    return name;
  }

  /** (B,H,L), FLOAT32. Belongs to this signal. */
  public Tensor values() {
    return values;
  }

  /** Samples per second, if the signal has a rate. */
  public OptionalInt sampleRate() {
    return sampleRate;
  }

  /** B. */
  public long batch() {
    return values.dim(0);
  }

  /** H. */
  public int hidden() {
    return Math.toIntExact(values.dim(1));
  }

  /** L. */
  public long length() {
    return values.dim(2);
  }

  /**
   * A new signal (B,count,L) in which each row of this one stands {@code count} times, so that
   * {@code count} kernels can be applied to it. This signal is left as it is.
   *
   * @throws InvalidArgumentException if H is not 1 or {@code count} is below 1
   */
  public Signal repeated(int count) {
    if (count < 1) {
      throw new InvalidArgumentException("hidden is " + count + ": must be ≥ 1");
    }
    if (hidden() != 1) {
      throw new InvalidArgumentException(
          "signal "
              + name
              + " has shape "
              + values.shape()
              + ": only a signal with H = 1 can be repeated to another hidden width");
    }
    Tensor wide = Tensor.zeros(DType.FLOAT32, batch(), count, length());
    Tensor to = wide.reshape(batch() * count, length());
    Tensor from = values.reshape(batch(), length());
    for (long row = 0; row < to.dim(0); row++) {
      to.slice(row).copyFrom(from.slice(row / count));
    }
    return new Signal(name, wide, sampleRate);
  }

  @Override
  public void close() {
    owner.close();
  }
}
