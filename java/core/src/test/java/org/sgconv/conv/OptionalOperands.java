package org.sgconv.conv;

import org.jspecify.annotations.Nullable;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.spi.GradientTargets;
import org.sgconv.tensor.Tensor;

/** Calls with operands that a test has or has not: null is an operand that is not there. */
@SuppressWarnings("exports") // org.jspecify is needed to compile tests, not to run them
public final class OptionalOperands {

  private OptionalOperands() {}

  /** Gates around a convolution. */
  public static Gates gates(@Nullable Tensor pre, @Nullable Tensor post) {
    if (pre == null) {
      return post == null ? Gates.none() : Gates.post(post);
    }
    return post == null ? Gates.pre(pre) : Gates.of(pre, post);
  }

  /** A new spectrum of a kernel. */
  public static KernelSpectrum prepare(
      LongConvolution convolution, Tensor kernel, @Nullable Tensor skip) {
    return skip == null ? convolution.prepare(kernel) : convolution.prepare(kernel, skip);
  }

  /** A new spectrum of the kernel of parameters. */
  public static KernelSpectrum prepare(
      LongConvolution convolution, KernelParameters parameters, @Nullable Tensor skip) {
    return skip == null ? convolution.prepare(parameters) : convolution.prepare(parameters, skip);
  }

  /** Gradients that own their tensors, some of them. */
  public static Gradients gradients(
      @Nullable Tensor input,
      @Nullable Tensor kernel,
      @Nullable Tensor skip,
      @Nullable Tensor pre,
      @Nullable Tensor post) {
    return new Gradients(new GradientTargets(input, kernel, skip, pre, post), false);
  }
}
