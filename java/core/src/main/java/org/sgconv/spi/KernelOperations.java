package org.sgconv.spi;

import org.jspecify.annotations.Nullable;
import org.sgconv.tensor.Tensor;

/**
 * Kernel synthesis, to and from kernels (C',H,K) with any K ≥ 1.
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public interface KernelOperations {

  /** Overwrites the norm with the L2 norm over the full length M. */
  void norm(KernelOperands parameters);

  /**
   * How many lags {@link #norm} looks at, of all rows together: callers refuse too many. 0 if it
   * works from the weights alone.
   */
  default long normLags(KernelGeometry geometry) {
    return geometry.totalLags();
  }

  /** Writes the normalized kernel, cut or zero-padded to {@code kernel}'s length. */
  void forward(KernelOperands parameters, Tensor kernel);

  /**
   * Writes the gradients of weights and, for the power law, of the exponents. Nothing flows through
   * the norm.
   */
  void backward(
      KernelOperands parameters, Tensor gradKernel, Tensor gradWeights, @Nullable Tensor gradDecay);
}
