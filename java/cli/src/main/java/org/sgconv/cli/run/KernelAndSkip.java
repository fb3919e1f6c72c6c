package org.sgconv.cli.run;

import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;
import org.sgconv.tensor.TensorScope;

/**
 * What is applied to a signal: a structured kernel and a skip D (C,H). Owns both.
 *
 * @param name what people call it: a preset or a checkpoint
 * @param parameters of the kernel, FLOAT32
 * @param skip D (C,H), FLOAT32
 */
public record KernelAndSkip(String name, KernelParameters parameters, Tensor skip)
    implements AutoCloseable {

  /** A new layer with the same values in another type, where a backend computes. */
  KernelAndSkip on(Backend backend, DType type) {
    try (TensorScope converted = TensorScope.onHost();
        TensorScope made = TensorScope.onHost()) {
      Tensor weights = converted.adopt(parameters.weights().to(type));
      Tensor decay = converted.adopt(parameters.decay().to(type));
      @Nullable Tensor norm =
          parameters.norm().map(known -> converted.adopt(known.to(type))).orElse(null);
      KernelSpec spec = parameters.spec();
      KernelParameters same =
          norm == null
              ? KernelParameters.of(spec, weights, decay)
              : KernelParameters.of(spec, weights, decay, norm);
      KernelParameters copy = made.adopt(same.copyTo(backend));
      Tensor wide = converted.adopt(skip.to(type)).copyTo(backend);
      return new KernelAndSkip(name, made.release(copy), wide);
    }
  }

  /** The kernel of the first hidden row of the first head, of that many lags. */
  public float[] firstKernel(long length) {
    HiddenRows row = new HiddenRows(parameters.spec().hidden(), 1);
    try (KernelParameters first = row.select(parameters, Specs.withHidden(parameters.spec(), 1));
        Tensor kernel = KernelSynthesis.on(Backends.reference()).forward(first, length);
        Tensor single = kernel.to(DType.FLOAT32)) {
      return single.slice(0).slice(0).toFloatArray();
    }
  }

  @Override
  public void close() {
    skip.close();
    parameters.close();
  }
}
