package org.sgconv.signal;

/** Normalized correlation of one window as it is defined, in compensated sums. */
final class ExactScores {

  private ExactScores() {}

  /** A sum with twice the digits of a double. */
  private static final class Sum {
    private double high;
    private double low;

    void add(double value) {
      double sum = high + value;
      double part = sum - high;
      low += (high - (sum - part)) + (value - part);
      high = sum;
    }

    void addProduct(double a, double b) {
      double product = a * b;
      low += Math.fma(a, b, -product);
      add(product);
    }

    double value() {
      return high + low;
    }
  }

  static double score(double[] x, int at, double[] template, Mean mean) {
    double[] a = deviations(x, at, template.length, mean);
    double[] b = deviations(template, 0, template.length, mean);
    Sum product = new Sum();
    Sum left = new Sum();
    Sum right = new Sum();
    for (int i = 0; i < a.length; i++) {
      product.addProduct(a[i], b[i]);
      left.addProduct(a[i], a[i]);
      right.addProduct(b[i], b[i]);
    }
    double norms = Math.sqrt(left.value()) * Math.sqrt(right.value());
    return norms == 0 ? 0 : product.value() / norms;
  }

  private static double[] deviations(double[] x, int at, int length, Mean mean) {
    Sum sum = new Sum();
    for (int i = 0; i < length; i++) {
      sum.add(x[at + i]);
    }
    // The mean in two parts: one double of it would be off by what a flat window varies by.
    double high = sum.value() / length;
    Sum rest = new Sum();
    for (int i = 0; i < length; i++) {
      rest.add(x[at + i] - high);
    }
    double low = rest.value() / length;
    double[] values = new double[length];
    for (int i = 0; i < length; i++) {
      values[i] = mean == Mean.KEPT ? x[at + i] : x[at + i] - high - low;
    }
    return values;
  }
}
