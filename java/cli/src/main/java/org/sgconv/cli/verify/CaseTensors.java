package org.sgconv.cli.verify;

import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;
import org.sgconv.tensor.TensorScope;

/**
 * Tensors of one case, in the host's memory; {@link #given} takes them to where the candidate
 * computes, and {@link #result} back. They start one element after an aligned address, since
 * callers' slices do too; outputs hold NaN at first, so that an element that nobody wrote is found.
 */
final class CaseTensors implements AutoCloseable {

  private final TensorScope scope = TensorScope.onHost();
  private final Backend candidate;
  private final DType type;
  private final SplittableRandom random;

  CaseTensors(Backend candidate, DType type, SplittableRandom random) {
    this.candidate = candidate;
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

  /** These values. */
  Tensor values(double[] values, long... dims) {
    Tensor tensor = unaligned(dims);
    for (int i = 0; i < values.length; i++) {
      tensor.setFlat(i, values[i]);
    }
    return tensor;
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
    return given(tensor);
  }

  private Tensor unaligned(long... dims) {
    return unaligned(Backends.reference(), dims);
  }

  private Tensor unaligned(Backend where, long... dims) {
    long count = 1;
    for (long dim : dims) {
      count = Math.multiplyExact(count, dim);
    }
    Tensor whole = scope.adopt(Tensor.zeros(where, type, count + 1));
    return whole.slice(1, count + 1).reshape(dims);
  }

  /** The values where the candidate computes: this tensor itself, or a copy on a device. */
  Tensor given(Tensor host) {
    if (host.isOn(candidate)) {
      return host;
    }
    Tensor there = unaligned(candidate, host.shape().toArray());
    there.copyFrom(host);
    return there;
  }

  /** A result of the candidate in the host's memory. */
  Tensor result(Tensor there) {
    return there.isOnHost() ? there : scope.adopt(there.toHost());
  }

  /** Parameters of a kernel where the candidate computes; on a device their copies are aligned. */
  KernelParameters parameters(KernelSpec spec, Tensor weights, Tensor rates) {
    KernelParameters host = KernelParameters.of(spec, weights, rates);
    return weights.isOn(candidate) ? owningNorm(host) : scope.adopt(host.copyTo(candidate));
  }

  /** Parameters for the reference. */
  KernelParameters wideParameters(KernelSpec spec, Tensor weights, Tensor rates) {
    return owningNorm(KernelParameters.of(spec, wide(weights), wide(rates)));
  }

  /** The other tensors of the parameters are operands already. */
  private KernelParameters owningNorm(KernelParameters parameters) {
    scope.adopt(() -> parameters.norm().ifPresent(Tensor::close));
    return parameters;
  }

  /** The same values for the reference. */
  Tensor wide(Tensor tensor) {
    return scope.adopt(tensor.to(DType.FLOAT64));
  }

  @Override
  public void close() {
    scope.close();
  }
}
