package org.sgconv.kernel;

import org.jspecify.annotations.Nullable;
import org.sgconv.DecayLaw;
import org.sgconv.tensor.Tensor;

/**
 * Gradients of {@link KernelParameters}. Owns its tensors.
 *
 * @param weights (S,C',H,d)
 * @param decay (H), of the power law's exponents; null for the geometric law, whose multipliers are
 *     not learned, or where it is not wanted
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public record KernelGradients(Tensor weights, @Nullable Tensor decay) implements AutoCloseable {

  /** New tensors of zeros for every gradient that these parameters have. */
  public static KernelGradients allocate(KernelParameters parameters) {
    Tensor weights = parameters.weights().zerosBeside(parameters.weights().shape().toArray());
    if (parameters.spec().decay() == DecayLaw.GEOMETRIC) {
      return new KernelGradients(weights, null);
    }
    try {
      return new KernelGradients(
          weights, parameters.decay().zerosBeside(parameters.decay().shape().toArray()));
    } catch (RuntimeException failure) {
      weights.close();
      throw failure;
    }
  }

  /**
   * Closes the tensors.
   *
   * @throws org.sgconv.TensorClosedException if they were closed before
   */
  @Override
  public void close() {
    Tensor.closeAll(weights, decay);
  }
}
