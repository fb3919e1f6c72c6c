package org.sgconv.kernel;

import java.util.Objects;
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

  /** Whether the tensors are somebody else's. */
  private final boolean lent;

  private KernelGradients(Tensor weights, @Nullable Tensor decay, boolean lent) {
    this.weights = weights;
    this.decay = decay;
    this.lent = lent;
  }

  /**
   * Gradients into a tensor of the caller's, which closing does not touch; that of the decay is not
   * wanted.
   *
   * @param weights (S,C',H,d)
   */
  public static KernelGradients into(Tensor weights) {
    return new KernelGradients(Objects.requireNonNull(weights, "weights"), null, true);
  }

  /**
   * Gradients into tensors of the caller's, which closing does not touch.
   *
   * @param weights (S,C',H,d)
   * @param decay (H), of the power law's exponents: the multipliers of the geometric law have none
   */
  public static KernelGradients into(Tensor weights, Tensor decay) {
    return new KernelGradients(
        Objects.requireNonNull(weights, "weights"), Objects.requireNonNull(decay, "decay"), true);
  }

  /** New tensors of arbitrary content for every gradient that these parameters have. */
  public static KernelGradients allocate(KernelParameters parameters) {
    try (Closer made = Closer.onFailure()) {
      Tensor weights = made.add(like(parameters.weights()));
      boolean learned = parameters.spec().decay() == DecayLaw.POWER;
      Tensor decay = learned ? made.add(like(parameters.decay())) : null;
      made.keep();
      return new KernelGradients(weights, decay, false);
    }
  }

  private static Tensor like(Tensor tensor) {
    long[] dims = tensor.shape().toArray();
    return tensor.stream()
        .map(stream -> Tensor.uninitialized(stream, tensor.type(), dims))
        .orElseGet(() -> Tensor.uninitialized(tensor.type(), dims));
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

  /** Closes the tensors that were made for it; once they are closed, this does nothing. */
  @Override
  public void close() {
    if (!lent) {
      Tensor.closeAll(weights, decay);
    }
  }
}
