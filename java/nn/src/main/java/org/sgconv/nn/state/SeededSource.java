package org.sgconv.nn.state;

import java.util.function.DoubleSupplier;
import org.sgconv.Backend;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.kernel.SeededNormals;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Values drawn from a seed as the published code draws them; the numbers are this library's own,
 * the same on every platform and backend.
 *
 * @since 0.1.0
 */
public final class SeededSource implements ParameterSource {

  private final Backend backend;
  private final DType type;
  private final SeededNormals random;

  private SeededSource(Backend backend, DType type, SeededNormals random) {
    this.backend = backend;
    this.type = type;
    this.random = random;
  }

  /** The values of a seed, where a backend computes. */
  public static SeededSource of(Backend backend, DType type, long seed) {
    return new SeededSource(backend, type, new SeededNormals(seed));
  }

  @Override
  public Tensor tensor(String name, Start start, long inputs, long... shape) {
    return switch (start) {
      case ZEROS -> filled(() -> 0, shape);
      case ONES -> filled(() -> 1, shape);
      case NORMAL -> filled(random::nextNormal, shape);
      case UNIFORM -> {
        double most = 1 / Math.sqrt((double) inputs);
        yield filled(() -> most * (2 * random.nextUniform() - 1), shape);
      }
    };
  }

  private Tensor filled(DoubleSupplier values, long... shape) {
    Tensor tensor = Tensor.uninitialized(type, shape);
    for (long i = 0; i < tensor.elementCount(); i++) {
      tensor.setFlat(i, values.getAsDouble());
    }
    try {
      return tensor.moveTo(backend);
    } catch (RuntimeException failure) {
      tensor.close();
      throw failure;
    }
  }

  @Override
  public Tensor variances(String name, long hidden) {
    return tensor(name, Start.ONES, 1, hidden);
  }

  @Override
  public long number(String name) {
    return 0;
  }

  @Override
  public KernelParameters kernel(KernelSpec spec) {
    return KernelParameters.random(backend, spec, type, random.nextBits());
  }

  @Override
  public ParameterSource child(String name) {
    return this;
  }
}
