package org.sgconv.kernel;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sgconv.DecayLaw;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.tensor.Tensor;

/**
 * Gradients of {@link KernelParameters}, or where to write them. Owns its tensors.
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public final class KernelGradients implements AutoCloseable {

  private final Tensor weights;
  private final @Nullable Tensor decay;

  private KernelGradients(Tensor weights, @Nullable Tensor decay) {
    this.weights = weights;
    this.decay = decay;
  }

  /**
   * Gradients in this tensor, which then belongs to the result; that of the decay is not wanted.
   *
   * @param weights (S,C',H,d)
   */
  public static KernelGradients of(Tensor weights) {
    return new KernelGradients(weights, null);
  }

  /**
   * Gradients in these tensors, which then belong to the result.
   *
   * @param weights (S,C',H,d)
   * @param decay (H), of the power law's exponents: the multipliers of the geometric law have none
   */
  public static KernelGradients of(Tensor weights, Tensor decay) {
    return new KernelGradients(weights, decay);
  }

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

  /** Gradient of the weights (S,C',H,d). */
  public Tensor weights() {
    return weights;
  }

  /**
   * Gradient of the power law's exponents (H); empty for the geometric law, whose multipliers are
   * not learned, or where it is not wanted.
   */
  public Optional<Tensor> decay() {
    return Optional.ofNullable(decay);
  }

  /** As {@link #decay}, without an object of its own. */
  @Nullable Tensor decayIfWanted() {
    return decay;
  }

  /** Closes the tensors; once they are, this does nothing. */
  @Override
  public void close() {
    Tensor.closeAll(weights, decay);
  }
}
