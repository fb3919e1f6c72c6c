package org.sgconv.internal.reference;

import org.sgconv.Composition;
import org.sgconv.DecayLaw;
import org.sgconv.spi.KernelGeometry;

/**
 * One row (c', h) of a multi-scale kernel before normalisation, and the transpose of that map
 * (SGConv, section 4). Rows may be cut: only lags below the given length are computed.
 */
final class KernelRow {

  private final KernelGeometry geometry;
  private final double decay;

  /**
   * The rules of one row.
   *
   * @param decay m_h for the geometric law, δ_h for the power law
   */
  KernelRow(KernelGeometry geometry, double decay) {
    this.geometry = geometry;
    this.decay = decay;
  }

  /** The first {@code length} ≤ M values of the kernel of weights (S, d). */
  double[] synthesise(double[][] weights, int length) {
    double[] kernel = new double[length];
    for (int scale = 0; scale < geometry.scales(); scale++) {
      double[] w = weights[scale];
      double weight = weight(scale);
      long start = start(scale);
      int end = end(scale, length);
      for (int t = (int) Math.min(start, length); t < end; t++) {
        double position = position(scale, t - start);
        int lower = (int) position;
        int upper = Math.min(lower + 1, geometry.dim() - 1);
        double fraction = position - lower;
        kernel[t] += weight * ((1 - fraction) * w[lower] + fraction * w[upper]);
      }
    }
    for (int t = 0; t < length; t++) {
      kernel[t] *= power(t);
    }
    return kernel;
  }

  /**
   * The transpose: gradients (S, d) of the weights.
   *
   * @param gradient gradient of the row before normalisation, from lag 0
   */
  double[][] transpose(double[] gradient) {
    double[][] weights = new double[geometry.scales()][geometry.dim()];
    for (int scale = 0; scale < geometry.scales(); scale++) {
      double[] w = weights[scale];
      double weight = weight(scale);
      long start = start(scale);
      int end = end(scale, gradient.length);
      for (int t = (int) Math.min(start, gradient.length); t < end; t++) {
        double position = position(scale, t - start);
        int lower = (int) position;
        int upper = Math.min(lower + 1, geometry.dim() - 1);
        double fraction = position - lower;
        double value = weight * power(t) * gradient[t];
        w[lower] += (1 - fraction) * value;
        w[upper] += fraction * value;
      }
    }
    return weights;
  }

  /**
   * ∂loss/∂δ_h of this row: Σ_t gradient[t]·kernel[t]·(−ln(t+1)).
   *
   * @param kernel the row before normalisation
   */
  static double exponentGradient(double[] gradient, double[] kernel) {
    double sum = 0;
    for (int t = 0; t < gradient.length; t++) {
      sum += gradient[t] * kernel[t] * -Math.log(t + 1.0);
    }
    return sum;
  }

  /** Lag at which a piece starts. */
  private long start(int scale) {
    long start = 0;
    if (geometry.composition() == Composition.CONCATENATE) {
      for (int before = 0; before < scale; before++) {
        start += geometry.dim() * geometry.factor(before);
      }
    }
    return start;
  }

  /** Lag after a piece's last, at most {@code length}. */
  private int end(int scale, int length) {
    return (int) Math.min(length, start(scale) + geometry.dim() * geometry.factor(scale));
  }

  /** Where value {@code j} of a piece lies among its d weights; a whole number takes just one. */
  private double position(int scale, long j) {
    double factor = geometry.factor(scale);
    return switch (geometry.interpolation()) {
      case NEAREST -> Math.floor(j / factor);
      // Half-pixel centres; beyond the last weight the caller clamps the upper neighbour.
      case LINEAR -> Math.max(0, (j + 0.5) / factor - 0.5);
    };
  }

  private double weight(int scale) {
    return geometry.decay() == DecayLaw.GEOMETRIC
        ? Math.pow(decay, geometry.scales() - 1 - scale)
        : 1;
  }

  private double power(int lag) {
    return geometry.decay() == DecayLaw.POWER ? Math.pow(lag + 1.0, -decay) : 1;
  }
}
