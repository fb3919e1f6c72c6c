package org.sgconv.cli.run;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.kernel.KernelGradients;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.oracle.ExactResult;
import org.sgconv.tensor.Tensor;

/**
 * A kernel and the gradients of its parameters in float64, with bounds of their errors, which are
 * relative to the same sums of absolute values. A kernel is linear in its weights with coefficients
 * that are not negative, so the sums of absolute values are what the absolute weights make.
 */
public final class ExactSynthesis {

  /**
   * Below the normal range a value of dk is off by a spacing, times a norm of up to 10^5 that it is
   * divided by: what that is a millionth of.
   */
  private static final double LEAST = 1e6 * 0x1p-149 * 0x1p20;

  private final KernelSynthesis synthesis;
  private final KernelParameters parameters;

  /** Takes the norm of parameters that have none. */
  public ExactSynthesis(Backend reference, KernelParameters parameters) {
    this.synthesis = KernelSynthesis.on(reference);
    this.parameters = parameters;
    if (parameters.norm().isEmpty()) {
      synthesis.norm(parameters);
    }
  }

  /** Gradients of the weights, and with a power law of its exponents. */
  public record ExactGradients(ExactResult weights, Optional<ExactResult> decay) {}

  /** k (C',H,L). */
  public ExactResult kernel(long length) {
    try (Tensor values = synthesis.forward(parameters, length);
        KernelParameters magnitudes = magnitudes();
        Tensor terms = synthesis.forward(magnitudes, length)) {
      return result(values, terms, (int) length);
    }
  }

  /**
   * Gradients of the parameters.
   *
   * @param gradient dk (C',H,L)
   */
  public ExactGradients gradients(Tensor gradient) {
    try (Tensor magnitude = mapped(gradient, value -> Math.abs(value) + LEAST);
        KernelParameters magnitudes = magnitudes();
        KernelGradients values = synthesis.backward(parameters, gradient);
        KernelGradients terms = synthesis.backward(magnitudes, magnitude)) {
      ExactResult weights =
          result(values.weights(), terms.weights(), parameters.spec().kernelDim());
      @Nullable Tensor decay = values.decay().orElse(null);
      @Nullable Tensor decayTerms = terms.decay().orElse(null);
      return new ExactGradients(
          weights,
          decay == null || decayTerms == null
              ? Optional.empty()
              : Optional.of(result(decay, decayTerms, 1)));
    }
  }

  /** Terms of the exponents' gradient are all negative. */
  private static ExactResult result(Tensor values, Tensor terms, int row) {
    double[] magnitudes = Arrays.stream(terms.toDoubleArray()).map(Math::abs).toArray();
    return ExactResult.of(values.toDoubleArray(), magnitudes, row);
  }

  /** The same kernel of absolute weights; the caller closes it. */
  private KernelParameters magnitudes() {
    return KernelParameters.of(
        parameters.spec(),
        mapped(parameters.weights(), Math::abs),
        parameters.decay().copy(),
        parameters.norm().orElseThrow().copy());
  }

  private static Tensor mapped(Tensor tensor, DoubleUnaryOperator map) {
    double[] values = tensor.toDoubleArray();
    for (int i = 0; i < values.length; i++) {
      values[i] = map.applyAsDouble(values[i]);
    }
    return Tensor.of(values, tensor.shape().toArray());
  }
}
