package org.sgconv.spi;

import org.jspecify.annotations.Nullable;
import org.sgconv.tensor.Tensor;

/**
 * Kernel synthesis: weights (S,C',H,d), decay (H) (multipliers or exponents), norm (C',H), kernel
 * (C',H,L) with any L ≥ 1.
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public interface KernelOperations {

  /** Writes the L2 norm over the full length M to {@code norm}. */
  void norm(KernelGeometry geometry, Tensor weights, Tensor decay, Tensor norm);

  /**
   * How many lags {@link #norm} looks at, of all rows together: callers refuse too many. 0 if it
   * works from the weights alone.
   */
  default long normLags(KernelGeometry geometry) {
    return geometry.totalLags();
  }

  /** Writes the normalized kernel, cut or zero-padded to {@code kernel}'s length. */
  void forward(KernelGeometry geometry, Tensor weights, Tensor decay, Tensor norm, Tensor kernel);

  /**
   * Writes the gradients of weights and, for the power law, of the exponents. Nothing flows through
   * the norm.
   */
  void backward(
      KernelGeometry geometry,
      Tensor weights,
      Tensor decay,
      Tensor norm,
      Tensor gradKernel,
      Tensor gradWeights,
      @Nullable Tensor gradDecay);
}
