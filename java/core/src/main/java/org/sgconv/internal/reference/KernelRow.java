package org.sgconv.internal.reference;

import org.sgconv.Composition;
import org.sgconv.DecayLaw;
import org.sgconv.Interpolation;
import org.sgconv.spi.KernelGeometry;

/**
 * One row (c', h) of a multi-scale kernel before normalization, and the transpose of that map
 * (SGConv, section 4). Rows may be longer than an array: they are computed in stretches of lags.
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

  /** Values of the kernel of weights (S, d) at {@code count} lags from {@code from} on, all < M. */
  double[] synthesize(double[][] weights, long from, int count) {
    double[] kernel = new double[count];
    for (int scale = 0; scale < geometry.scales(); scale++) {
      double[] w = weights[scale];
      double weight = weight(scale);
      long start = start(scale);
      long end = Math.min(from + count, end(scale));
      for (long t = Math.max(start, from); t < end; t++) {
        double position = position(scale, t - start);
        int lower = (int) position;
        int upper = Math.min(lower + 1, geometry.dim() - 1);
        double fraction = position - lower;
        kernel[(int) (t - from)] += weight * ((1 - fraction) * w[lower] + fraction * w[upper]);
      }
    }
    for (int i = 0; i < count; i++) {
      kernel[i] *= power(from + i);
    }
    return kernel;
  }

  /**
   * The transpose: adds to gradients (S, d) of the weights.
   *
   * @param gradient gradient of the row before normalization, from lag {@code from} on
   */
  void addTransposed(double[] gradient, long from, double[][] weights) {
    for (int scale = 0; scale < geometry.scales(); scale++) {
      double[] w = weights[scale];
      double weight = weight(scale);
      long start = start(scale);
      long end = Math.min(from + gradient.length, end(scale));
      for (long t = Math.max(start, from); t < end; t++) {
        double position = position(scale, t - start);
        int lower = (int) position;
        int upper = Math.min(lower + 1, geometry.dim() - 1);
        double fraction = position - lower;
        double value = weight * power(t) * gradient[(int) (t - from)];
        w[lower] += (1 - fraction) * value;
        w[upper] += fraction * value;
      }
    }
  }

  /**
   * Part of ∂loss/∂δ_h of this row: Σ_t gradient[t]·kernel[t]·(−ln(t+1)).
   *
   * @param gradient gradient of the row before normalization, from lag {@code from} on
   * @param kernel the row before normalization, likewise
   */
  static double exponentGradient(double[] gradient, double[] kernel, long from) {
    double sum = 0;
    for (int i = 0; i < gradient.length; i++) {
      sum += gradient[i] * kernel[i] * -Math.log(from + i + 1.0);
    }
    return sum;
  }

  /**
   * Σ_t k[t]² over the whole row, from its weights (S, d) alone.
   *
   * <p>Each piece is a polyline: between two weights lie f samples a + (b − a)·x at x = (i + ½)/f,
   * for which Σ x = f/2 and Σ x² = f/3 − 1/(12f); before the first weight and after the last lie
   * f/2 equal ones. With f = 1, and without interpolation, every weight stands for f equal ones.
   */
  double sumOfSquares(double[][] weights) {
    double sum = 0;
    for (int scale = 0; scale < geometry.scales(); scale++) {
      double[] w = weights[scale];
      double f = geometry.factor(scale);
      double piece = 0;
      if (geometry.interpolation() == Interpolation.NEAREST || f == 1) {
        for (double value : w) {
          piece += f * value * value;
        }
      } else {
        int last = w.length - 1;
        piece = f / 2 * (w[0] * w[0] + w[last] * w[last]);
        for (int q = 0; q < last; q++) {
          double a = w[q];
          double rise = w[q + 1] - a;
          piece += f * a * (a + rise) + rise * rise * (f / 3 - 1 / (12 * f));
        }
      }
      double weight = weight(scale);
      sum += weight * weight * piece;
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

  /** Lag after a piece's last. */
  private long end(int scale) {
    return start(scale) + geometry.dim() * geometry.factor(scale);
  }

  /** Where value {@code j} of a piece lies among its d weights; a whole number takes just one. */
  private double position(int scale, long j) {
    double factor = geometry.factor(scale);
    return switch (geometry.interpolation()) {
      case NEAREST -> Math.floor(j / factor);
      // Half-pixel centers; beyond the last weight the caller clamps the upper neighbour.
      case LINEAR -> Math.max(0, (j + 0.5) / factor - 0.5);
    };
  }

  private double weight(int scale) {
    return geometry.decay() == DecayLaw.GEOMETRIC
        ? Math.pow(decay, geometry.scales() - 1 - scale)
        : 1;
  }

  private double power(long lag) {
    return geometry.decay() == DecayLaw.POWER ? Math.pow(lag + 1.0, -decay) : 1;
  }
}
