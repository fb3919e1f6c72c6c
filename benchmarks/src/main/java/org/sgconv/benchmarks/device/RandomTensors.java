package org.sgconv.benchmarks.device;

import java.util.SplittableRandom;
import org.sgconv.Backend;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;
import org.sgconv.tensor.TensorScope;

/** Large tensors of random values on a device, made there from a few that the host draws. */
final class RandomTensors implements AutoCloseable {

  private static final long MOST_DRAWN = 1 << 20;

  private final TensorScope scope = TensorScope.onHost();
  private final Backend backend;
  private final SplittableRandom random = new SplittableRandom(11);

  RandomTensors(Backend backend) {
    this.backend = backend;
  }

  /** Zeros. */
  Tensor zeros(DType type, long... dims) {
    return scope.adopt(Tensor.zeros(backend, type, dims));
  }

  /** Values of this size from the normal distribution; they repeat after 2^20. */
  Tensor normal(DType type, double size, long... dims) {
    Tensor tensor = zeros(type, dims);
    long count = tensor.elementCount();
    Tensor flat = tensor.reshape(count);
    long filled = Math.min(count, MOST_DRAWN);
    float[] values = new float[(int) filled];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (size * random.nextGaussian());
    }
    try (Tensor host = Tensor.of(values, filled);
        Tensor converted = host.to(type)) {
      flat.slice(0, filled).copyFrom(converted);
    }
    while (filled < count) {
      long more = Math.min(filled, count - filled);
      flat.slice(filled, filled + more).copyFrom(flat.slice(0, more));
      filled += more;
    }
    return tensor;
  }

  @Override
  public void close() {
    scope.close();
  }
}
