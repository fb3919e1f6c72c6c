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
      ends(x, block, sum, squares);
      taker.take(block, sum[0], squares[0]);
      beginnings(x, block + length, Math.min(length, windows - block), sum, squares, taker);
    }
  }

  /** Sums from each sample of a block to its last. */
  private static void ends(double[] x, int block, double[] sum, double[] squares) {
    LongSum sumBehind = new LongSum();
    LongSum squaresBehind = new LongSum();
    for (int end = sum.length; end > 0; end -= LongSum.TOGETHER) {
      double behind = sumBehind.value();
      double behindOfSquares = squaresBehind.value();
      double s = 0;
      double q = 0;
      for (int i = end - 1; i >= Math.max(0, end - LongSum.TOGETHER); i--) {
        double value = x[block + i];
        s += value;
        q += value * value;
        sum[i] = behind + s;
        squares[i] = behindOfSquares + q;
      }
      sumBehind.add(s);
      squaresBehind.add(q);
    }
  }

  /**
   * Windows but the first of the block that ends before {@code next}, with what they have of the
   * samples from there on.
   *
   * @param count windows of the block
   */
  private static void beginnings(
      double[] x, int next, int count, double[] sum, double[] squares, Taker taker) {
    LongSum sumBefore = new LongSum();
    LongSum squaresBefore = new LongSum();
    for (int from = 1; from < count; from += LongSum.TOGETHER) {
      double before = sumBefore.value();
      double beforeOfSquares = squaresBefore.value();
      double s = 0;
      double q = 0;
      for (int i = from; i < Math.min(from + LongSum.TOGETHER, count); i++) {
        double value = x[next + i - 1];
        s += value;
        q += value * value;
        taker.take(
            next - sum.length + i, sum[i] + (before + s), squares[i] + (beforeOfSquares + q));
      }
      sumBefore.add(s);
      squaresBefore.add(q);
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
