package org.sgconv.contract;

import java.util.Arrays;
import org.sgconv.Composition;
import org.sgconv.DecayLaw;
import org.sgconv.Interpolation;
import org.sgconv.kernel.KernelSpec;

/**
 * Kernel synthesis in the order in which it is defined: stretch each scale, put the pieces together
 * at full length, decay, measure. Gradients come from its linearity: one synthesis for each weight.
 */
final class NaiveKernel {

  private final KernelSpec spec;
  private final double[] weights;
  private final double[] decay;

  /**
   * A kernel of these parameters.
   *
   * @param weights (S,C',H,d)
   * @param decay (H)
   */
  NaiveKernel(KernelSpec spec, double[] weights, double[] decay) {
    this.spec = spec;
    this.weights = weights;
    this.decay = decay;
  }

  /** Z (C',H). */
  double[] norm() {
    double[] norm = new double[spec.channels() * spec.hidden()];
    for (int row = 0; row < norm.length; row++) {
      double[] full = fullRow(rowWeights(row), row % spec.hidden());
      norm[row] = Math.sqrt(Arrays.stream(full).map(value -> value * value).sum());
    }
    return norm;
  }

  /** The kernel (C',H,L), divided by {@code norm}. */
  double[] kernel(int length, double[] norm) {
    double[] kernel = new double[norm.length * length];
    for (int row = 0; row < norm.length; row++) {
      double[] cut = Arrays.copyOf(fullRow(rowWeights(row), row % spec.hidden()), length);
      for (int t = 0; t < length; t++) {
        kernel[row * length + t] = cut[t] / norm[row];
      }
    }
    return kernel;
  }

  /** For each element of {@link #kernel}, the sum of the magnitudes that it is the sum of. */
  double[] terms(int length, double[] norm) {
    double[] magnitudes = Arrays.stream(weights).map(Math::abs).toArray();
    return new NaiveKernel(spec, magnitudes, decay).kernel(length, norm);
  }

  /** Gradient (S,C',H,d) of the weights. */
  double[] weightGradient(double[] gradKernel, int length, double[] norm) {
    double[] gradient = new double[weights.length];
    int d = spec.kernelDim();
    for (int i = 0; i < gradient.length; i++) {
      int row = i / d % norm.length;
      double[][] unit = new double[spec.scales()][d];
      unit[i / d / norm.length][i % d] = 1;
      double[] response = fullRow(unit, row % spec.hidden());
      for (int t = 0; t < Math.min(length, response.length); t++) {
        gradient[i] += gradKernel[row * length + t] / norm[row] * response[t];
      }
    }
    return gradient;
  }

  /** Gradient (H) of the power law's exponents. */
  double[] exponentGradient(double[] gradKernel, int length, double[] norm) {
    double[] kernel = kernel(length, norm);
    double[] gradient = new double[spec.hidden()];
    for (int i = 0; i < kernel.length; i++) {
      int h = i / length % spec.hidden();
      gradient[h] -= gradKernel[i] * kernel[i] * Math.log1p(i % length);
    }
    return gradient;
  }

  /** Weights (S, d) of row c'·H + h. */
  private double[][] rowWeights(int row) {
    int d = spec.kernelDim();
    int rows = spec.channels() * spec.hidden();
    double[][] result = new double[spec.scales()][];
    for (int scale = 0; scale < result.length; scale++) {
      int from = (scale * rows + row) * d;
      result[scale] = Arrays.copyOfRange(weights, from, from + d);
    }
    return result;
  }

  private double[] fullRow(double[][] rowWeights, int h) {
    boolean sum = spec.composition() == Composition.SUM;
    boolean geometric = spec.decay() == DecayLaw.GEOMETRIC;
    double[] full = new double[Math.toIntExact(spec.fullLength())];
    int start = 0;
    for (int i = 0; i < spec.scales(); i++) {
      int power = (sum ? i : Math.max(0, i - 1)) + spec.initScale();
      double[] piece = stretch(rowWeights[i], 1 << power);
      double multiplier = geometric ? Math.pow(decay[h], spec.scales() - 1 - i) : 1;
      for (int j = 0; j < piece.length; j++) {
        full[start + j] += multiplier * piece[j];
      }
      start += sum ? 0 : piece.length;
    }
    if (!sum && start != full.length) {
      throw new AssertionError("pieces fill " + start + " of " + full.length);
    }
    if (!geometric) {
      for (int t = 0; t < full.length; t++) {
        full[t] *= Math.exp(-decay[h] * Math.log1p(t));
      }
    }
    return full;
  }

  private double[] stretch(double[] w, int factor) {
    double[] piece = new double[w.length * factor];
    for (int j = 0; j < piece.length; j++) {
      if (spec.interpolation() == Interpolation.NEAREST) {
        piece[j] = w[j / factor];
      } else {
        double source = Math.max(0, (j + 0.5) / factor - 0.5);
        int lower = (int) Math.floor(source);
        int upper = Math.min(lower + 1, w.length - 1);
        double lambda = source - lower;
        piece[j] = (1 - lambda) * w[lower] + lambda * w[upper];
      }
    }
    return piece;
  }
}
