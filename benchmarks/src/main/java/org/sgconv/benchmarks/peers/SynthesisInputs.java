package org.sgconv.benchmarks.peers;

import java.util.SplittableRandom;
import org.sgconv.Backends;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Parameters of a causal, concatenated, linearly interpolated kernel with geometric decay and d =
 * 64, their norm from the float64 reference, and a gradient of the kernel; all from a seed.
 */
public final class SynthesisInputs implements AutoCloseable {

  private final KernelParameters parameters;
  private final Tensor kernelGradient;

  /** Draws the inputs for H rows of length L. */
  public SynthesisInputs(int hidden, int length, long seed) {
    KernelSpec spec = KernelSpec.builder().hidden(hidden).maxLength(length).build();
    try (KernelParameters drawn = KernelParameters.random(spec, DType.FLOAT32, seed);
        KernelParameters precise =
            KernelParameters.of(
                spec, drawn.weights().to(DType.FLOAT64), drawn.decay().to(DType.FLOAT64))) {
      KernelSynthesis.on(Backends.reference()).norm(precise);
      Tensor norm = precise.norm().orElseThrow().to(DType.FLOAT32);
      parameters = KernelParameters.of(spec, drawn.weights().copy(), drawn.decay().copy(), norm);
    }
    SplittableRandom random = new SplittableRandom(seed);
    float[] gradient = new float[Math.multiplyExact(hidden, length)];
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] = (float) random.nextDouble(-1, 1);
    }
    kernelGradient = Tensor.of(gradient, 1, hidden, length);
  }

  /** Weights (S,1,H,d), multipliers (H) and norm (1,H), float32. */
  public KernelParameters parameters() {
    return parameters;
  }

  /** Gradient of the kernel (1,H,L), float32. */
  public Tensor kernelGradient() {
    return kernelGradient;
  }

  /**
   * (S,H): what the weights of a scale are multiplied by, the decay to the scale's power over the
   * norm. A library that scales the few weights spares itself two passes over the kernel.
   */
  float[] coefficients() {
    KernelSpec spec = parameters.spec();
    float[] decay = parameters.decay().toFloatArray();
    float[] norm = parameters.norm().orElseThrow().toFloatArray();
    float[] coefficients = new float[spec.scales() * spec.hidden()];
    for (int i = 0; i < spec.scales(); i++) {
      for (int h = 0; h < spec.hidden(); h++) {
        double power = Math.pow(decay[h], spec.scales() - 1 - i);
        coefficients[i * spec.hidden() + h] = (float) (power / norm[h]);
      }
    }
    return coefficients;
  }

  /** L. */
  public int length() {
    return (int) kernelGradient.dim(2);
  }

  @Override
  public void close() {
    parameters.close();
    kernelGradient.close();
  }
}
