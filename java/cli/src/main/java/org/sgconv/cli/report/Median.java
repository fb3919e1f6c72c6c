package org.sgconv.cli.report;

import java.util.Arrays;

/** What half of the values are not above and half not below. */
public final class Median {

  private Median() {}

  /** The middle value, or the mean of the middle two; NaN of none or if any is NaN. */
  public static double of(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted); // NaN last
    int count = sorted.length;
    if (count == 0 || Double.isNaN(sorted[count - 1])) {
      return Double.NaN;
    }
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
  }
}
