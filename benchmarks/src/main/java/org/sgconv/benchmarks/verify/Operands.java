package org.sgconv.benchmarks.verify;

import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import org.sgconv.benchmarks.run.Owned;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Tensors of one case. The candidate's start one element after an aligned address, since callers'
 * slices do too; its outputs hold NaN at first, so that an element that nobody wrote is found.
 */
final class Operands implements AutoCloseable {

  private final Owned owned = new Owned();
  private final DType type;
  private final SplittableRandom random;

  Operands(DType type, SplittableRandom random) {
    this.type = type;
    this.random = random;
  }

  /** Values from the standard normal distribution. */
  Tensor normal(long... dims) {
    return drawn(random::nextGaussian, dims);
  }

  /** Values between {@code from} and {@code to}. */
  Tensor uniform(double from, double to, long... dims) {
    return drawn(() -> random.nextDouble(from, to), dims);
  }

  private Tensor drawn(DoubleSupplier values, long... dims) {
    Tensor tensor = unaligned(dims);
    for (long i = 0; i < tensor.elementCount(); i++) {
      tensor.setFlat(i, values.getAsDouble());
    }
    return tensor;
  }

  /** An output of the candidate, filled with NaN. */
  Tensor poisoned(long... dims) {
    Tensor tensor = unaligned(dims);
    tensor.fill(Double.NaN);
    return tensor;
  }

  private Tensor unaligned(long... dims) {
    long count = 1;
    for (long dim : dims) {
      count = Math.multiplyExact(count, dim);
    }
    Tensor whole = owned.add(Tensor.zeros(type, count + 1), Tensor::close);
    return whole.slice(1, count + 1).reshape(dims);
  }

  /** The same values for the reference. */
  Tensor wide(Tensor tensor) {
    return owned.add(tensor.to(DType.FLOAT64), Tensor::close);
  }

  /** Anything else that ends with the case. */
  Tensor owning(Tensor tensor) {
    return owned.add(tensor, Tensor::close);
  }

  @Override
  public void close() {
    owned.close();
  }
}
