package org.sgconv.contract;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * Magnitudes of what a norm's results are sums of: an error of a float is relative to these, and
 * not to a result that is small because large terms cancel, as x − μ does where x has an offset.
 */
final class NormTerms {

  private final double[] x;
  private final IntUnaryOperator group;

  /** Of each group. */
  final double[] mean;

  final double[] variance;
  final double[] scale;

  /** Of each group: the mean of |x|. */
  final double[] meanTerms;

  /** Of each group: what x − μ may be off by shows in the deviation. */
  final double[] scaleTerms;

  /** Of each element: (|x| + |μ| + |shift|)·scale. */
  final double[] normalized;

  private final int[] counts;

  /**
   * Of elements x that are normalized in groups.
   *
   * @param group which group an element belongs to
   */
  NormTerms(double[] x, int groups, IntUnaryOperator group, double epsilon, double shift) {
    this.x = x;
    this.group = group;
    this.counts = new int[groups];
    this.mean = new double[groups];
    this.meanTerms = new double[groups];
    this.variance = new double[groups];
    this.scale = new double[groups];
    this.scaleTerms = new double[groups];
    for (int i = 0; i < x.length; i++) {
      counts[group.applyAsInt(i)]++;
    }
    for (int i = 0; i < x.length; i++) {
      int g = group.applyAsInt(i);
      mean[g] += x[i] / counts[g];
      meanTerms[g] += Math.abs(x[i]) / counts[g];
    }
    for (int i = 0; i < x.length; i++) {
      int g = group.applyAsInt(i);
      variance[g] += (x[i] - mean[g]) * (x[i] - mean[g]) / counts[g];
    }
    for (int g = 0; g < groups; g++) {
      scale[g] = 1 / Math.sqrt(variance[g] + epsilon);
      scaleTerms[g] = scale[g] * (1 + meanTerms[g] * scale[g]);
    }
    normalized = new double[x.length];
    Arrays.setAll(
        normalized,
        i -> {
          int g = group.applyAsInt(i);
          return (Math.abs(x[i]) + Math.abs(mean[g]) + Math.abs(shift)) * scale[g];
        });
  }

  /** Of each element of y. */
  double[] forward(double[] weight, double[] bias, IntUnaryOperator parameter) {
    double[] terms = new double[x.length];
    Arrays.setAll(
        terms,
        i -> {
          int p = parameter.applyAsInt(i);
          return Math.abs(weight[p]) * normalized[i] + Math.abs(bias[p]);
        });
    return terms;
  }

  /** Of each element of dx. */
  double[] backward(double[] weight, double[] dy, IntUnaryOperator parameter) {
    double[] gradients = new double[x.length];
    double[] means = new double[counts.length];
    double[] projections = new double[counts.length];
    for (int i = 0; i < x.length; i++) {
      int g = group.applyAsInt(i);
      gradients[i] = Math.abs(weight[parameter.applyAsInt(i)] * dy[i]);
      means[g] += gradients[i] / counts[g];
      projections[g] += gradients[i] * normalized[i] / counts[g];
    }
    double[] terms = new double[x.length];
    Arrays.setAll(
        terms,
        i -> {
          int g = group.applyAsInt(i);
          return scale[g] * (gradients[i] + means[g] + normalized[i] * projections[g]);
        });
    return terms;
  }

  /** Of each parameter's gradient, Σ dy ⊙ x̂. */
  double[] parameter(int count, double[] dy, IntUnaryOperator parameter) {
    double[] terms = new double[count];
    for (int i = 0; i < x.length; i++) {
      terms[parameter.applyAsInt(i)] += Math.abs(dy[i]) * normalized[i];
    }
    return terms;
  }
}
