package org.sgconv.benchmarks.host;

/** Norms of all windows of a signal, each without its mean. */
final class WindowNorms {

  /** A sum with twice the digits of float64, so that it can run for ever. */
  private static final class RunningSum {

    private double high;
    private double low;

    void add(double value) {
      double sum = high + value;
      double rest = sum - high;
      low += (high - (sum - rest)) + (value - rest);
      high = sum;
    }

    double value() {
      return high + low;
    }
  }

  private WindowNorms() {}

  /** Of the windows of that many samples. */
  static double[] of(double[] signal, int samples) {
    double[] norms = new double[signal.length - samples + 1];
    RunningSum sum = new RunningSum();
    RunningSum squares = new RunningSum();
    for (int i = 0; i < signal.length; i++) {
      enter(signal[i], 1, sum, squares);
      if (i >= samples) {
        enter(signal[i - samples], -1, sum, squares);
      }
      if (i >= samples - 1) {
        double total = sum.value();
        double energy = squares.value() - total * total / samples;
        norms[i - samples + 1] = Math.sqrt(energy);
      }
    }
    return norms;
  }

  /** The square with what rounding takes of it. */
  private static void enter(double value, double sign, RunningSum sum, RunningSum squares) {
    double square = value * value;
    sum.add(sign * value);
    squares.add(sign * square);
    squares.add(sign * Math.fma(value, value, -square));
  }
}
