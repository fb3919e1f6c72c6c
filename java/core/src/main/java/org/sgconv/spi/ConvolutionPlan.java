package org.sgconv.spi;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sgconv.tensor.Tensor;

/**
 * Convolutions of one geometry and type of signals. Safe for use by several threads, one call at a
 * time.
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public interface ConvolutionPlan extends AutoCloseable {

  /** A word for the way that it computes, if the backend has several. */
  default Optional<String> path() {
    return Optional.empty();
  }

  /** A new, empty spectrum of this plan; the caller closes it. */
  PlanSpectrum createSpectrum();

  /** Transforms kernel (C',H,L), with skip D (C,H) folded in if given, into {@code spectrum}. */
  void prepare(Tensor kernel, @Nullable Tensor skip, PlanSpectrum spectrum);

  /**
   * As {@link #prepare}, from parameters of the kernel as {@link KernelOperations#forward} takes
   * them: weights (S,C',H,d), decay (H), norm (C',H). The kernel (C',H,L) is written too, if there
   * is somewhere to.
   */
  void synthesize(
      KernelGeometry kernels,
      Tensor weights,
      Tensor decay,
      Tensor norm,
      @Nullable Tensor skip,
      @Nullable Tensor kernel,
      PlanSpectrum spectrum);

  /** y = post ⊙ conv(pre ⊙ u): u, pre, post (B,H,L), y (B,C·H,L). */
  void forward(
      PlanSpectrum spectrum, Tensor u, @Nullable Tensor pre, @Nullable Tensor post, Tensor y);

  /** Writes the gradients that {@code targets} asks for, given dy (B,C·H,L). */
  void backward(
      PlanSpectrum spectrum,
      Tensor u,
      @Nullable Tensor pre,
      @Nullable Tensor post,
      Tensor dy,
      GradientTargets targets);

  @Override
  void close();
}
