package org.sgconv.nn.layer;

import java.util.Objects;
import org.sgconv.InvalidArgumentException;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.nn.OptimizerHint;

/**
 * What an {@link SgConvLayer} is made of: the published layer ({@code GConv}) with its arguments
 * {@code postact}, {@code ln}, {@code dropout}, {@code transposed} and {@code lr}.
 *
 * @param kernel of the convolution
 * @param glu whether the linear map ends in a gated linear unit; otherwise it has no activation
 * @param norm whether there is a norm between activation and linear map
 * @param transposed which of its two variants the published layer is: here it says only that the
 *     norm is a {@link ScalarNorm} and not a {@link LayerNorm}, and that dropout leaves out whole
 *     rows
 * @param dropout after the activation, from 0 to below 1
 * @param kernelHint of the kernel's weights and of the power law's exponents
 * @param fixedDecay whether the exponents of the power law are not trained
 * @since 0.1.0
 */
public record SgConvSpec(
    KernelSpec kernel,
    boolean glu,
    boolean norm,
    boolean transposed,
    double dropout,
    OptimizerHint kernelHint,
    boolean fixedDecay) {

  /** Of this kernel, ending in a gated linear unit, as all published models have it. */
  public static SgConvSpec of(KernelSpec kernel) {
    return new SgConvSpec(kernel, true, false, false, 0, OptimizerHint.learningRate(1e-3), false);
  }

  /**
   * Checks the values.
   *
   * @throws InvalidArgumentException if the dropout is out of range
   */
  public SgConvSpec {
    Objects.requireNonNull(kernel, "kernel");
    Objects.requireNonNull(kernelHint, "kernelHint");
    if (!(dropout >= 0 && dropout < 1)) {
      throw new InvalidArgumentException("dropout is " + dropout + ": must be from 0 to below 1");
    }
  }

  /** With or without a gated linear unit. */
  public SgConvSpec withGlu(boolean value) {
    return new SgConvSpec(kernel, value, norm, transposed, dropout, kernelHint, fixedDecay);
  }

  /** With or without a norm before the linear map. */
  public SgConvSpec withNorm(boolean value) {
    return new SgConvSpec(kernel, glu, value, transposed, dropout, kernelHint, fixedDecay);
  }

  /** The published variant for transposed signals, or the other. */
  public SgConvSpec withTransposed(boolean value) {
    return new SgConvSpec(kernel, glu, norm, value, dropout, kernelHint, fixedDecay);
  }

  /** With this dropout. */
  public SgConvSpec withDropout(double value) {
    return new SgConvSpec(kernel, glu, norm, transposed, value, kernelHint, fixedDecay);
  }

  /** With this hint for the optimizer of kernels. */
  public SgConvSpec withKernelHint(OptimizerHint value) {
    return new SgConvSpec(kernel, glu, norm, transposed, dropout, value, fixedDecay);
  }

  /** With exponents that are trained or not. */
  public SgConvSpec withFixedDecay(boolean value) {
    return new SgConvSpec(kernel, glu, norm, transposed, dropout, kernelHint, value);
  }
}
