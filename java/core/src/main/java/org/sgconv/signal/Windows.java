package org.sgconv.signal;

/** Sums over all windows of K samples. */
final class Windows {

  private Windows() {}

  /** Takes the sums of windows that follow one another. */
  @FunctionalInterface
  interface Taker {
    /**
     * Of some windows; the arrays hold something else after the call.
     *
     * @param first index of the first window's first sample
     * @param count how many windows
     * @param sums of the samples of each, from index 0 on
     * @param squares sums of their squares, likewise
     */
    void take(int first, int count, double[] sums, double[] squares);
  }

  /** Memory for the sums of windows of K samples, for one call after another of one thread. */
  static final class Scratch {
    private final double[] endSums;
    private final double[] endSquares;
    private final double[] sums = new double[RunningSums.STRIP];
    private final double[] squares = new double[RunningSums.STRIP];
    private final double[] addedSums = new double[RunningSums.STRIP];
    private final double[] addedSquares = new double[RunningSums.STRIP];
    private final RunningSums running = new RunningSums();

    Scratch(int length) {
      endSums = new double[length];
      endSquares = new double[length];
    }
  }

  /**
   * Sums of every window, each of what ends one block of K samples and of what begins the next: so
   * nothing that lies outside a window has ever been added to what is said of it.
   *
   * @param samples how many of x there are
   */
  static void sums(double[] x, int samples, Scratch scratch, Taker taker) {
    int length = scratch.endSums.length;
    int windows = samples - length + 1;
    for (int block = 0; block < windows; block += length) {
      ends(x, block, scratch);
      scratch.sums[0] = scratch.endSums[0];
      scratch.squares[0] = scratch.endSquares[0];
      taker.take(block, 1, scratch.sums, scratch.squares);
      beginnings(x, block, Math.min(length, windows - block), scratch, taker);
    }
  }

  /** Sums from each sample of a block to its last. */
  private static void ends(double[] x, int block, Scratch scratch) {
    int length = scratch.endSums.length;
    scratch.running.reset();
    for (int end = length; end > 0; end -= RunningSums.STRIP) {
      int count = Math.min(RunningSums.STRIP, end);
      scratch.running.next(
          x, block + end - 1, -1, count, scratch.endSums, scratch.endSquares, end - 1);
    }
  }

  /**
   * Windows but the first of a block, with what they have of the samples of the next.
   *
   * @param windows of the block
   */
  private static void beginnings(double[] x, int block, int windows, Scratch scratch, Taker taker) {
    int next = block + scratch.endSums.length;
    double[] sums = scratch.sums;
    double[] squares = scratch.squares;
    double[] addedSums = scratch.addedSums;
    double[] addedSquares = scratch.addedSquares;
    scratch.running.reset();
    for (int from = 1; from < windows; from += RunningSums.STRIP) {
      int count = Math.min(RunningSums.STRIP, windows - from);
      scratch.running.next(x, next + from - 1, 1, count, addedSums, addedSquares, 0);
      System.arraycopy(scratch.endSums, from, sums, 0, count);
      System.arraycopy(scratch.endSquares, from, squares, 0, count);
      for (int i = 0; i < count; i++) { // one index for all, or the JVM does not vectorize it
        sums[i] += addedSums[i];
        squares[i] += addedSquares[i];
      }
      taker.take(block + from, count, sums, squares);
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
    double s0 = 0; // four sums side by side: one addition need not wait for the one before
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = from;
    for (; i + 3 < to; i += 4) {
      s0 += x[i];
      s1 += x[i + 1];
      s2 += x[i + 2];
      s3 += x[i + 3];
    }
    for (; i < to; i++) {
      s0 += x[i];
    }
    return ((s0 + s1) + (s2 + s3)) / (to - from);
  }
}
