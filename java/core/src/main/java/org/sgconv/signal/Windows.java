package org.sgconv.signal;

/** Sums over all windows of K samples. */
final class Windows {

  private Windows() {}

  /** Takes a window's sums. */
  @FunctionalInterface
  interface Taker {
    /**
     * Of one window.
     *
     * @param index of its first sample
     * @param sum of its samples
     * @param squares sum of their squares
     */
    void take(int index, double sum, double squares);
  }

  /**
   * Sums of every window, each of what ends one block of K samples and of what begins the next: so
   * nothing that lies outside a window has ever been added to what is said of it.
   *
   * @param samples how many of x there are
   * @param sum memory for K numbers
   * @param squares likewise
   */
  static void sums(double[] x, int samples, double[] sum, double[] squares, Taker taker) {
    int length = sum.length;
    int windows = samples - length + 1;
    for (int block = 0; block < windows; block += length) {
      double s = 0;
      double q = 0;
      for (int i = length - 1; i >= 0; i--) {
        double value = x[block + i];
        s += value;
        q += value * value;
        sum[i] = s;
        squares[i] = q;
      }
      taker.take(block, s, q);
      s = 0;
      q = 0;
      for (int i = 1; i < length && block + i < windows; i++) {
        double value = x[block + length + i - 1];
        s += value;
        q += value * value;
        taker.take(block + i, sum[i] + s, squares[i] + q);
      }
    }
  }

  /** Whether all samples are the same. */
  static boolean isConstant(double[] x, int from, int to) {
    for (int i = from + 1; i < to; i++) {
      if (x[i] != x[from]) {
        return false;
      }
    }
    return true;
  }

  /**
   * A power of two that brings the largest magnitude to about 1, so that squares stay in range; 1
   * if all are zero.
   */
  static double scale(double[] x, int from, int to) {
    double peak = 0;
    for (int i = from; i < to; i++) {
      peak = Math.max(peak, Math.abs(x[i]));
    }
    int exponent = Math.clamp(Math.getExponent(peak), -1000, 1000);
    return peak == 0 ? 1 : Math.scalb(1.0, -exponent);
  }

  static double mean(double[] x, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += x[i];
    }
    return sum / (to - from);
  }
}
