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

  /** Of the first products of two rows. */
  static double ofProducts(double[] a, double[] b, int count) {
    LongSum products = new LongSum();
    for (int from = 0; from < count; from += TOGETHER) {
      double part = 0;
      for (int i = from; i < Math.min(from + TOGETHER, count); i++) {
        part += a[i] * b[i];
      }
      products.add(part);
    }
    return products.value();
  }
}
