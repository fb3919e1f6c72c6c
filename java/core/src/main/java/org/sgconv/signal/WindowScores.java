package org.sgconv.signal;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Normalized correlations of the windows of a stretch of samples with templates, in float64.
 *
 * <p>Products are computed by a transform, whose error is relative to all that it carries, and sums
 * of squares are differences of sums. Windows for which either says too little, beside what else is
 * in the stretch, are done again by themselves: a few one by one in two passes, many as a stretch
 * of their own, which has a mean and a norm of its own. A stretch that is not smaller than half is
 * halved first, so that this ends.
 */
final class WindowScores {

  /**
   * ‖x − x̄‖² must be this part of the sum of squares at least: what is left of a double then has
   * nine digits. Stricter than what is promised (docs/signals.md).
   */
  private static final double LEAST_REMAINDER = 1e-6;

  /** Largest error of a product of transforms, relative to the norms: 2⁻²⁹ of float32's bound. */
  private static final double PRODUCT_ERROR = 1e-14;

  /** Largest error that the product may bring into a score. */
  private static final double SCORE_ERROR = 1e-7;

  /** Products of windows that are done one by one. */
  private static final long FEW_PRODUCTS = 1L << 16;

  private final FixedKernels kernels;
  private final UnitTemplates templates;
  private final Mean mean;
  private final int length;

  WindowScores(FixedKernels kernels, UnitTemplates templates, Mean mean) {
    this.kernels = kernels;
    this.templates = templates;
    this.mean = mean;
    this.length = templates.length();
  }

  /** Memory for one stretch after another, for one thread. */
  final class Scratch {
    private final double[] centered;
    private final double[] norms;
    private final double[] sum = new double[length];
    private final double[] squares = new double[length];

    /** For stretches of so many samples at most. */
    Scratch(int samples) {
      centered = new double[samples];
      norms = new double[samples - length + 1];
    }
  }

  /**
   * Writes the scores of all windows of samples. The kernels are in {@linkplain FixedKernels#use
   * use}.
   *
   * @param x finite samples
   * @param samples how many there are, at least as many as a template has
   * @param scores for each template, written from index {@code to} on
   */
  void score(double[] x, int samples, Scratch scratch, double[][] scores, int to) {
    int windows = samples - length + 1;
    if (nothing(x, samples)) {
      for (double[] row : scores) {
        Arrays.fill(row, to, to + windows, 0);
      }
      return;
    }
    double[] centered = scratch.centered;
    double[] norms = scratch.norms;
    center(x, samples, centered);
    products(centered, samples, scores, to);
    double carried = PRODUCT_ERROR * Math.sqrt(LongSum.ofProducts(centered, centered, samples));
    norms(scratch, samples, carried / SCORE_ERROR * (carried / SCORE_ERROR));
    for (double[] row : scores) {
      for (int t = 0; t < windows; t++) {
        row[to + t] = clipped(row[to + t] / norms[t]);
      }
    }
    for (int t = 0; t < windows; t++) {
      if (Double.isNaN(norms[t])) {
        int end = t + 1;
        while (end < windows && Double.isNaN(norms[end])) {
          end++;
        }
        again(x, samples, t, end, scores, to);
        t = end;
      }
    }
  }

  private boolean nothing(double[] x, int samples) {
    return (mean == Mean.REMOVED || x[0] == 0) && Windows.isConstant(x, 0, samples);
  }

  /** Copies without the mean, unless that is kept, and with a peak of about 1. */
  private void center(double[] x, int samples, double[] values) {
    double scale = Windows.scale(x, 0, samples);
    for (int i = 0; i < samples; i++) {
      values[i] = x[i] * scale;
    }
    if (mean == Mean.REMOVED) {
      double average = Windows.mean(values, 0, samples);
      for (int i = 0; i < samples; i++) {
        values[i] -= average;
      }
    }
  }

  /** For each template, of all windows. */
  private void products(double[] x, int samples, double[][] products, int to) {
    MemorySegment from = MemorySegment.ofArray(x);
    kernels.<RuntimeException>convolveInUse(
        Stretch.of(Extent.VALID, samples, length),
        1,
        false,
        (row, at, block) ->
            MemorySegment.copy(
                from, at * Double.BYTES, block.memory(), block.offset(), block.bytes()),
        (row, at, block) -> {
          for (int r = 0; r < block.rows(); r++) {
            MemorySegment into = MemorySegment.ofArray(products[r]);
            MemorySegment.copy(
                block.memory(), block.start(r), into, (to + at) * Double.BYTES, block.bytes());
          }
        },
        ProgressListener.NONE);
  }

  /**
   * ‖x − x̄‖ of every window; not a number where that, or the product, is not known well enough.
   */
  private void norms(Scratch scratch, int samples, double leastSquares) {
    double[] norms = scratch.norms;
    Windows.sums(
        scratch.centered,
        samples,
        scratch.sum,
        scratch.squares,
        (index, sum, squares) -> {
          double left = mean == Mean.KEPT ? squares : squares - sum * sum / length;
          boolean known = left >= leastSquares && left > LEAST_REMAINDER * squares;
          norms[index] = known ? Math.sqrt(left) : Double.NaN;
        });
  }

  /** Does windows from one to before another again. */
  private void again(double[] x, int samples, int from, int end, double[][] scores, int to) {
    int count = end - from;
    if (count * (long) length <= FEW_PRODUCTS || count == 1) {
      for (int t = from; t < end; t++) {
        alone(x, t, scores, to + t);
      }
    } else if (count > (samples - length + 1) / 2) {
      int middle = from + count / 2;
      apart(x, from, middle, scores, to);
      apart(x, middle, end, scores, to);
    } else {
      apart(x, from, end, scores, to);
    }
  }

  /** Does windows from one to before another as a stretch of their own. */
  private void apart(double[] x, int from, int end, double[][] scores, int to) {
    double[] part = Arrays.copyOfRange(x, from, end + length - 1);
    score(part, part.length, new Scratch(part.length), scores, to + from);
  }

  /** One window, in two passes over nothing but its own samples. */
  private void alone(double[] x, int at, double[][] scores, int to) {
    double[] values = Arrays.copyOfRange(x, at, at + length);
    if (nothing(values, length)) {
      for (double[] row : scores) {
        row[to] = 0;
      }
      return;
    }
    // Twice: what the first mean was off by is left, and so is the scale, and both matter where
    // little is.
    center(values, length, values);
    center(values, length, values);
    double norm = Math.sqrt(LongSum.ofProducts(values, values, length));
    for (int r = 0; r < scores.length; r++) {
      scores[r][to] = clipped(LongSum.ofProducts(values, templates.row(r), length) / norm);
    }
  }

  private static double clipped(double score) {
    return Math.clamp(score, -1.0, 1.0);
  }
}
