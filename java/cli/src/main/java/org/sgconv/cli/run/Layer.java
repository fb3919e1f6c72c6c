package org.sgconv.cli.run;

import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.SgConvException;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * What is applied to a signal: a structured kernel and a skip D (C,H). Owns both.
 *
 * @param name what people call it: a preset or a checkpoint
 * @param parameters of the kernel, FLOAT32
 * @param skip D (C,H), FLOAT32
 */
public record Layer(String name, KernelParameters parameters, Tensor skip)
    implements AutoCloseable {

  /** A new layer with the same values in another type, where a backend computes. */
  Layer on(Backend backend, DType type) {
    Owned converted = new Owned();
    Owned made = new Owned();
    try (converted) {
      Tensor weights = converted.add(parameters.weights().to(type), Tensor::close);
      Tensor decay = converted.add(parameters.decay().to(type), Tensor::close);
      @Nullable Tensor norm =
          parameters.norm().map(known -> converted.add(known.to(type), Tensor::close)).orElse(null);
      KernelParameters same = KernelParameters.of(parameters.spec(), weights, decay, norm);
      KernelParameters copy = made.add(same.copyTo(backend), KernelParameters::close);
      Tensor wide = converted.add(skip.to(type), Tensor::close);
      return new Layer(name, copy, wide.copyTo(backend));
    } catch (SgConvException failure) {
      made.close();
      throw failure;
    }
  }

  @Override
  public void close() {
    skip.close();
    parameters.close();
  }
}
