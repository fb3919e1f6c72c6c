package org.sgconv.internal.reference;

import org.jspecify.annotations.Nullable;
import org.sgconv.tensor.Tensor;

/**
 * Norms over the channels of each position: {@code y = n·factor + offset} with n = (x − μ)·scale,
 * in which factor and offset are values of a channel, or for the scalar kind numbers.
 */
final class ChannelNormalization {

  private final int batch;
  private final int hidden;
  private final int length;

  private ChannelNormalization(Tensor x) {
    this.batch = (int) x.dim(0);
    this.hidden = (int) x.dim(1);
    this.length = (int) x.dim(2);
  }

  /** {@code scale·weight·(x − μ) + bias}. */
  static void affine(
      Tensor x,
      Tensor weight,
      Tensor bias,
      double epsilon,
      Tensor y,
      @Nullable Tensor mean,
      @Nullable Tensor scale) {
    ChannelNormalization norm = new ChannelNormalization(x);
    double[] w = weight.toDoubleArray();
    double[] b = bias.toDoubleArray();
    double[] values = x.toDoubleArray();
    double[] means = new double[norm.batch * norm.length];
    double[] scales = new double[means.length];
    norm.statistics(values, epsilon, means, scales);
    double[] out = new double[values.length];
    for (int i = 0; i < out.length; i++) {
      int at = norm.position(i);
      int h = norm.channel(i);
      out[i] = (values[i] - means[at]) * scales[at] * w[h] + b[h];
    }
    write(out, means, scales, y, mean, scale);
  }

  /** {@code s·scale·(x − μ + m)}. */
  static void scalar(
      Tensor x,
      Tensor shift,
      Tensor factor,
      Tensor y,
      @Nullable Tensor mean,
      @Nullable Tensor scale) {
    ChannelNormalization norm = new ChannelNormalization(x);
    double m = shift.getFlat(0);
    double s = factor.getFlat(0);
    double[] values = x.toDoubleArray();
    double[] means = new double[norm.batch * norm.length];
    double[] scales = new double[means.length];
    norm.statistics(values, 0, means, scales);
    double[] out = new double[values.length];
    for (int i = 0; i < out.length; i++) {
      int at = norm.position(i);
      out[i] = s * scales[at] * (values[i] - means[at] + m);
    }
    write(out, means, scales, y, mean, scale);
  }

  private static void write(
      double[] out,
      double[] means,
      double[] scales,
      Tensor y,
      @Nullable Tensor mean,
      @Nullable Tensor scale) {
    Rows.writeFrom(out, y, 0);
    if (mean != null && scale != null) {
      Rows.writeFrom(means, mean, 0);
      Rows.writeFrom(scales, scale, 0);
    }
  }

  static void affineBackward(
      Tensor x,
      Tensor weight,
      Tensor mean,
      Tensor scale,
      Tensor dy,
      @Nullable Tensor residual,
      Tensor dx,
      Tensor dweight,
      Tensor dbias) {
    ChannelNormalization norm = new ChannelNormalization(x);
    double[] w = weight.toDoubleArray();
    double[] means = mean.toDoubleArray();
    double[] scales = scale.toDoubleArray();
    double[] values = x.toDoubleArray();
    double[] gradient = dy.toDoubleArray();
    double[] dw = new double[norm.hidden];
    double[] db = new double[norm.hidden];
    double[] dn = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      int at = norm.position(i);
      int h = norm.channel(i);
      values[i] = (values[i] - means[at]) * scales[at];
      dw[h] += gradient[i] * values[i];
      db[h] += gradient[i];
      dn[i] = gradient[i] * w[h];
    }
    Rows.writeFrom(norm.throughStatistics(values, scales, dn, residual), dx, 0);
    Rows.writeFrom(dw, dweight, 0);
    Rows.writeFrom(db, dbias, 0);
  }

  static void scalarBackward(
      Tensor x,
      Tensor shift,
      Tensor factor,
      Tensor mean,
      Tensor scale,
      Tensor dy,
      @Nullable Tensor residual,
      Tensor dx,
      Tensor dshift,
      Tensor dfactor) {
    ChannelNormalization norm = new ChannelNormalization(x);
    double m = shift.getFlat(0);
    double s = factor.getFlat(0);
    double[] means = mean.toDoubleArray();
    double[] scales = scale.toDoubleArray();
    double[] values = x.toDoubleArray();
    double[] gradient = dy.toDoubleArray();
    double dm = 0;
    double ds = 0;
    // The shift is a second way from scale to y: Σ_h dy·s·m, which the channels share.
    double[] ofScale = new double[means.length];
    double[] dn = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      int at = norm.position(i);
      values[i] = (values[i] - means[at]) * scales[at];
      dm += gradient[i] * s * scales[at];
      ds += gradient[i] * (values[i] + m * scales[at]);
      dn[i] = gradient[i] * s;
      ofScale[at] += gradient[i] * s * m;
    }
    double[] into = norm.throughStatistics(values, scales, dn, residual);
    for (int i = 0; i < into.length; i++) {
      int at = norm.position(i);
      into[i] -= ofScale[at] * scales[at] * scales[at] * values[i] / norm.hidden;
    }
    Rows.writeFrom(into, dx, 0);
    Rows.writeFrom(new double[] {dm}, dshift, 0);
    Rows.writeFrom(new double[] {ds}, dfactor, 0);
  }

  /** dx = scale·(dn − mean(dn) − n·mean(dn·n)), means over channels, plus the residual. */
  private double[] throughStatistics(
      double[] n, double[] scales, double[] dn, @Nullable Tensor residual) {
    double[] mean = new double[scales.length];
    double[] product = new double[scales.length];
    for (int i = 0; i < n.length; i++) {
      int at = position(i);
      mean[at] += dn[i] / hidden;
      product[at] += dn[i] * n[i] / hidden;
    }
    double[] dx = residual == null ? new double[n.length] : residual.toDoubleArray();
    for (int i = 0; i < n.length; i++) {
      int at = position(i);
      dx[i] += scales[at] * (dn[i] - mean[at] - n[i] * product[at]);
    }
    return dx;
  }

  private void statistics(double[] values, double epsilon, double[] means, double[] scales) {
    for (int i = 0; i < values.length; i++) {
      means[position(i)] += values[i] / hidden;
    }
    double[] variances = new double[means.length];
    for (int i = 0; i < values.length; i++) {
      double centered = values[i] - means[position(i)];
      variances[position(i)] += centered * centered / hidden;
    }
    for (int at = 0; at < scales.length; at++) {
      scales[at] = 1 / Math.sqrt(variances[at] + epsilon);
    }
  }

  private int channel(int element) {
    return element / length % hidden;
  }

  /** b·L + l. */
  private int position(int element) {
    return element / (hidden * length) * length + element % length;
  }
}
