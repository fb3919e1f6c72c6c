package org.sgconv.kernel;

import org.jspecify.annotations.Nullable;
import org.sgconv.DecayLaw;
import org.sgconv.bindings.closing.Closer;
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
    try (Closer made = Closer.onFailure()) {
      Tensor weights = made.add(zerosLike(parameters.weights()));
      boolean learned = parameters.spec().decay() == DecayLaw.POWER;
      Tensor decay = learned ? made.add(zerosLike(parameters.decay())) : null;
      made.keep();
      return new KernelGradients(weights, decay);
    }
  }

  private static Tensor zerosLike(Tensor tensor) {
    return tensor.zerosBeside(tensor.shape().toArray());
  }

  /** Closes the tensors; once they are, this does nothing. */
  @Override
  public void close() {
    Tensor.closeAll(weights, decay);
  }
}
