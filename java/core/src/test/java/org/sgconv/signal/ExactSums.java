package org.sgconv.signal;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Sums with twice the digits of a double, and the bound of what may differ from them. */
final class ExactSums {

  private ExactSums() {}

  /** Element {@code t} of the full convolution, as it is defined, rounded once. */
  static double convolved(double[] x, double[] k, int t) {
    double high = 0;
    double low = 0;
    for (int j = Math.max(0, t - x.length + 1); j <= Math.min(t, k.length - 1); j++) {
      double product = k[j] * x[t - j];
      double sum = high + product;
      double part = sum - high;
      low += (high - (sum - part)) + (product - part) + Math.fma(k[j], x[t - j], -product);
      high = sum;
    }
    return high + low;
  }

  /** The whole full convolution. */
  static double[] full(double[] x, double[] k) {
    return IntStream.range(0, x.length + k.length - 1)
        .mapToDouble(t -> convolved(x, k, t))
        .toArray();
  }

  static double[] stretch(double[] full, Extent extent, int n, int lags) {
    int first = (int) extent.first(n, lags);
    return Arrays.copyOfRange(full, first, first + (int) extent.length(n, lags));
  }

  /**
   * How much of its bound an error takes: the norm's and the elements', whichever is more. Above 1
   * the result is wrong.
   *
   * @param full the exact result over all lags
   * @param exact of the elements that were computed
   * @param unit 1 for float32, 2⁻²⁹ for float64
   */
  static double fraction(
      double[] x, double[] k, double[] full, double[] exact, double[] actual, double unit) {
    if (exact.length != actual.length) {
      throw new AssertionError(actual.length + " values, expected " + exact.length);
    }
    double carried = Math.max(norm(full), norm(x) * norm(k));
    double peak = Arrays.stream(full).map(Math::abs).max().orElseThrow();
    double most = unit * (5e-6 * carried / Math.sqrt(full.length) + 5e-7 * peak);
    double squares = 0;
    double worst = 0;
    for (int i = 0; i < exact.length; i++) {
      double error = Math.abs(actual[i] - exact[i]);
      if (!(error <= Double.MAX_VALUE)) {
        return Double.POSITIVE_INFINITY;
      }
      squares += error * error;
      worst = Math.max(worst, error / most);
    }
    return Math.max(worst, Math.sqrt(squares) / (unit * 1e-6 * carried));
  }

  static double norm(double[] values) {
    return Math.sqrt(Arrays.stream(values).map(v -> v * v).sum());
  }

  /** Values that float32 holds exactly. */
  static double[] noise(Random random, int count) {
    return IntStream.range(0, count).mapToDouble(i -> (float) random.nextGaussian()).toArray();
  }

  static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  static double[] doubles(float[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }

  /** A length from 1 to {@code most}, short ones as likely as long ones. */
  static int length(Random random, int most) {
    return Math.max(1, (int) Math.round(Math.exp(random.nextDouble() * Math.log(most))));
  }

  static Extent extent(Random random) {
    List<Extent> all = List.of(Extent.values());
    return all.get(random.nextInt(all.size()));
  }
}
