package org.sgconv.internal.reference;

import org.jspecify.annotations.Nullable;
import org.sgconv.tensor.Tensor;

/** Norms of each channel over all positions of a batch (Ioffe and Szegedy, arXiv 1502.03167). */
final class BatchNormalization {

  private final int hidden;
  private final int length;
  private final int positions;

  private BatchNormalization(Tensor x) {
    this.hidden = (int) x.dim(1);
    this.length = (int) x.dim(2);
    this.positions = (int) (x.dim(0) * x.dim(2));
  }

  static void forward(
      Tensor x,
      Tensor weight,
      Tensor bias,
      double epsilon,
      Tensor y,
      Tensor mean,
      Tensor variance) {
    BatchNormalization norm = new BatchNormalization(x);
    double[] values = x.toDoubleArray();
    double[] means = new double[norm.hidden];
    double[] variances = new double[norm.hidden];
    for (int i = 0; i < values.length; i++) {
      means[norm.channel(i)] += values[i] / norm.positions;
    }
    for (int i = 0; i < values.length; i++) {
      int h = norm.channel(i);
      variances[h] += (values[i] - means[h]) * (values[i] - means[h]) / norm.positions;
    }
    Rows.writeFrom(means, mean, 0);
    Rows.writeFrom(variances, variance, 0);
    norm.apply(values, weight, bias, epsilon, means, variances, y);
  }

  static void with(
      Tensor x,
      Tensor weight,
      Tensor bias,
      double epsilon,
      Tensor mean,
      Tensor variance,
      Tensor y) {
    new BatchNormalization(x)
        .apply(
            x.toDoubleArray(),
            weight,
            bias,
            epsilon,
            mean.toDoubleArray(),
            variance.toDoubleArray(),
            y);
  }

  private void apply(
      double[] values,
      Tensor weight,
      Tensor bias,
      double epsilon,
      double[] means,
      double[] variances,
      Tensor y) {
    double[] w = weight.toDoubleArray();
    double[] b = bias.toDoubleArray();
    double[] out = new double[values.length];
    for (int i = 0; i < out.length; i++) {
      int h = channel(i);
      out[i] = (values[i] - means[h]) / Math.sqrt(variances[h] + epsilon) * w[h] + b[h];
    }
    Rows.writeFrom(out, y, 0);
  }

  static void backward(
      Tensor x,
      Tensor weight,
      double epsilon,
      Tensor mean,
      Tensor variance,
      Tensor dy,
      @Nullable Tensor residual,
      Tensor dx,
      Tensor dweight,
      Tensor dbias) {
    BatchNormalization norm = new BatchNormalization(x);
    double[] w = weight.toDoubleArray();
    double[] means = mean.toDoubleArray();
    double[] variances = variance.toDoubleArray();
    double[] n = x.toDoubleArray();
    double[] gradient = dy.toDoubleArray();
    double[] dw = new double[norm.hidden];
    double[] db = new double[norm.hidden];
    for (int i = 0; i < n.length; i++) {
      int h = norm.channel(i);
      n[i] = (n[i] - means[h]) / Math.sqrt(variances[h] + epsilon);
      dw[h] += gradient[i] * n[i];
      db[h] += gradient[i];
    }
    double[] into = residual == null ? new double[n.length] : residual.toDoubleArray();
    for (int i = 0; i < n.length; i++) {
      int h = norm.channel(i);
      double centered = gradient[i] - db[h] / norm.positions - n[i] * dw[h] / norm.positions;
      into[i] += w[h] / Math.sqrt(variances[h] + epsilon) * centered;
    }
    Rows.writeFrom(into, dx, 0);
    Rows.writeFrom(dw, dweight, 0);
    Rows.writeFrom(db, dbias, 0);
  }

  private int channel(int element) {
    return element / length % hidden;
  }
}
