package org.sgconv.signal;

/**
 * Sums of the first samples of a row, of the first two, three and so on, and of their squares; each
 * is as exact as a {@link LongSum}.
 *
 * <p>A sum that waits for the one before it takes the time of four additions. So groups of samples
 * are summed side by side, and what came before a group is added in a second pass.
 */
final class RunningSums {

  /** Samples that are taken at a time, at most. */
  static final int STRIP = 4 * LongSum.TOGETHER;

  private final LongSum sum = new LongSum();
  private final LongSum squares = new LongSum();

  /** Begins anew. */
  void reset() {
    sum.reset();
    squares.reset();
  }

  /**
   * Goes on with the next samples.
   *
   * @param x holds them
   * @param from index of the first of them
   * @param step 1, or −1 if the next sample is the one at the index before
   * @param count how many, {@link #STRIP} at most
   * @param sums of these samples and all before, written to {@code to}, {@code to + step} …
   * @param squared sums of their squares, likewise
   */
  void next(double[] x, int from, int step, int count, double[] sums, double[] squared, int to) {
    if (count == STRIP) {
      fourGroups(x, from, step, sums, squared, to);
    } else {
      for (int at = 0; at < count; at += LongSum.TOGETHER) {
        int group = Math.min(LongSum.TOGETHER, count - at);
        group(x, from + step * at, step, group, sums, squared, to + step * at);
      }
    }
    for (int at = 0; at < count; at += LongSum.TOGETHER) {
      int group = Math.min(LongSum.TOGETHER, count - at);
      int first = to + step * at;
      int last = first + step * (group - 1);
      double before = sum.value();
      double squaresBefore = squares.value();
      sum.add(sums[last]);
      squares.add(squared[last]);
      for (int i = Math.min(first, last); i <= Math.max(first, last); i++) {
        sums[i] += before;
        squared[i] += squaresBefore;
      }
    }
  }

  private static void group(
      double[] x, int from, int step, int count, double[] sums, double[] squared, int to) {
    double s = 0;
    double q = 0;
    for (int i = 0; i < count; i++) {
      double value = x[from + step * i];
      s += value;
      q += value * value;
      sums[to + step * i] = s;
      squared[to + step * i] = q;
    }
  }

  private static void fourGroups(
      double[] x, int from, int step, double[] sums, double[] squared, int to) {
    int next = step * LongSum.TOGETHER;
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    double q0 = 0;
    double q1 = 0;
    double q2 = 0;
    double q3 = 0;
    for (int i = 0; i < LongSum.TOGETHER; i++) {
      int at = from + step * i;
      double v0 = x[at];
      double v1 = x[at + next];
      double v2 = x[at + 2 * next];
      double v3 = x[at + 3 * next];
      s0 += v0;
      s1 += v1;
      s2 += v2;
      s3 += v3;
      q0 += v0 * v0;
      q1 += v1 * v1;
      q2 += v2 * v2;
      q3 += v3 * v3;
      int into = to + step * i;
      sums[into] = s0;
      sums[into + next] = s1;
      sums[into + 2 * next] = s2;
      sums[into + 3 * next] = s3;
      squared[into] = q0;
      squared[into + next] = q1;
      squared[into + 2 * next] = q2;
      squared[into + 3 * next] = q3;
    }
  }
}
