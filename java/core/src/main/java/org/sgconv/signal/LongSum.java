package org.sgconv.signal;

/**
 * A sum of any number of values, whose relative error does not grow with that number: callers add
 * up {@link #TOGETHER} at a time as they like, and such parts are added up here in two doubles.
 * (One after another, 4096 squares are off by twenty roundings, and more with the root of their
 * number.)
 */
final class LongSum {

  /**
   * Values whose sum by itself is a part: so few that rounding does not show, so many that adding
   * parts costs nothing.
   */
  static final int TOGETHER = 64;

  private double high;
  private double low;

  void add(double part) {
    double sum = high + part;
    double added = sum - high;
    low += (high - (sum - added)) + (part - added);
    high = sum;
  }

  double value() {
    return high + low;
  }

  void reset() {
    high = 0;
    low = 0;
  }

  /** Of the first products of two rows. */
  static double ofProducts(double[] a, double[] b, int count) {
    LongSum products = new LongSum();
    for (int from = 0; from < count; from += TOGETHER) {
      products.add(part(a, b, from, Math.min(from + TOGETHER, count)));
    }
    return products.value();
  }

  /** Four sums side by side: one addition need not wait for the one before. */
  private static double part(double[] a, double[] b, int from, int to) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = from;
    for (; i + 3 < to; i += 4) {
      s0 += a[i] * b[i];
      s1 += a[i + 1] * b[i + 1];
      s2 += a[i + 2] * b[i + 2];
      s3 += a[i + 3] * b[i + 3];
    }
    for (; i < to; i++) {
      s0 += a[i] * b[i];
    }
    return (s0 + s1) + (s2 + s3);
  }
}
