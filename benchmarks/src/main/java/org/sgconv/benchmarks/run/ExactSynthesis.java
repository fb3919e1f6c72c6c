package org.sgconv.benchmarks.run;

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
 * A kernel and the gradients of its parameters in float64, with bounds of their errors: the same
 * sums of absolute values, times what each term may be off by. A kernel is linear in its weights
 * with coefficients that are not negative, so the sums of absolute values are what the absolute
 * weights make.
 */
final class ExactSynthesis {

  /** What a term may be off by in float32, relative to itself: sixteen roundings. */
  private static final double TERM = 1e-6;

  private final KernelSynthesis synthesis;
  private final KernelParameters parameters;

  /** Takes the norm of parameters that have none. */
  ExactSynthesis(Backend reference, KernelParameters parameters) {
    this.synthesis = KernelSynthesis.on(reference);
    this.parameters = parameters;
    if (parameters.norm().isEmpty()) {
      synthesis.normalise(parameters);
    }
  }

  /** Gradients of the weights, and with a power law of its exponents. */
  record Gradients(ExactResult weights, Optional<ExactResult> decay) {}

  /** k (C',H,L). */
  ExactResult kernel(long length) {
    try (Tensor values = synthesis.forward(parameters, length);
        KernelParameters magnitudes = magnitudes();
        Tensor terms = synthesis.forward(magnitudes, length)) {
      return result(values, terms, TERM, (int) length);
    }
  }

  /**
   * Gradients of the parameters.
   *
   * @param gradient dk (C',H,L)
   */
  Gradients gradients(Tensor gradient) {
    // Divided by a norm of up to 10^5, a value below the normal range is off by that many spacings.
    double least = 0x1p-149 * 0x1p20;
    try (Tensor errors = mapped(gradient, value -> TERM * Math.abs(value) + least);
        KernelParameters magnitudes = magnitudes();
        KernelGradients values = synthesis.backward(parameters, gradient);
        KernelGradients bounds = synthesis.backward(magnitudes, errors)) {
      ExactResult weights =
          result(values.weights(), bounds.weights(), 1, parameters.spec().kernelDim());
      @Nullable Tensor decay = values.decay();
      @Nullable Tensor decayBounds = bounds.decay();
      return new Gradients(
          weights,
          decay == null || decayBounds == null
              ? Optional.empty()
              : Optional.of(result(decay, decayBounds, 1, 1)));
    }
  }

  private static ExactResult result(Tensor values, Tensor bounds, double factor, int row) {
    double[] elements = bounds.toDoubleArray();
    double largest = 0;
    for (int i = 0; i < elements.length; i++) {
      elements[i] = factor * Math.abs(elements[i]);
      largest = Math.max(largest, elements[i] / TERM);
    }
    return ExactResult.of(values.toDoubleArray(), elements, row, largest);
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
