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

  /**
   * Writes the scores of all windows of samples.
   *
   * @param x finite samples, at least as many as a template has
   * @param scores for each template, written from index {@code to} on
   */
  void score(double[] x, double[][] scores, int to) {
    int windows = x.length - length + 1;
    if (nothing(x)) {
      for (double[] row : scores) {
        Arrays.fill(row, to, to + windows, 0);
      }
      return;
    }
    double[] centered = centered(x);
    double[] products = products(centered);
    double carried = PRODUCT_ERROR * Math.sqrt(squares(centered));
    double leastSquares = carried / SCORE_ERROR * (carried / SCORE_ERROR);
    double[] norms = norms(centered, leastSquares);
    for (int r = 0; r < scores.length; r++) {
      for (int t = 0; t < windows; t++) {
        scores[r][to + t] = clipped(products[r * windows + t] / norms[t]);
      }
    }
    for (int t = 0; t < windows; t++) {
      if (Double.isNaN(norms[t])) {
        int end = t + 1;
        while (end < windows && Double.isNaN(norms[end])) {
          end++;
        }
        again(x, t, end, scores, to);
        t = end;
      }
    }
  }

  private boolean nothing(double[] x) {
    return (mean == Mean.REMOVED || x[0] == 0) && Windows.isConstant(x, 0, x.length);
  }

  /** Without the mean, unless that is kept, and with a peak of about 1. */
  private double[] centered(double[] x) {
    double scale = Windows.scale(x, 0, x.length);
    double[] values = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      values[i] = x[i] * scale;
    }
    if (mean == Mean.REMOVED) {
      double average = Windows.mean(values, 0, values.length);
      for (int i = 0; i < x.length; i++) {
        values[i] -= average;
      }
    }
    return values;
  }

  /** For each template, of all windows. */
  private double[] products(double[] x) {
    Stretch valid = Stretch.of(Extent.VALID, x.length, length);
    double[] products = new double[templates.count() * valid.arrayLength()];
    MemorySegment from = MemorySegment.ofArray(x);
    MemorySegment into = MemorySegment.ofArray(products);
    kernels.<RuntimeException>convolve(
        valid,
        1,
        false,
        (row, at, block) ->
            MemorySegment.copy(
                from, at * Double.BYTES, block.memory(), block.offset(), block.bytes()),
        (row, at, block) -> {
          for (long r = 0; r < block.rows(); r++) {
            long to = (r * valid.count() + at) * Double.BYTES;
            MemorySegment.copy(block.memory(), block.start(r), into, to, block.bytes());
          }
        },
        ProgressListener.NONE);
    return products;
  }

  /**
   * ‖x − x̄‖ of every window; not a number where that, or the product, is not known well enough.
   */
  private double[] norms(double[] x, double leastSquares) {
    double[] norms = new double[x.length - length + 1];
    Windows.sums(
        x,
        length,
        (index, sum, squares) -> {
          double left = mean == Mean.KEPT ? squares : squares - sum * sum / length;
          boolean known = left >= leastSquares && left > LEAST_REMAINDER * squares;
          norms[index] = known ? Math.sqrt(left) : Double.NaN;
        });
    return norms;
  }

  /** Does windows from one to before another again. */
  private void again(double[] x, int from, int end, double[][] scores, int to) {
    int count = end - from;
    if (count * (long) length <= FEW_PRODUCTS || count == 1) {
      for (int t = from; t < end; t++) {
        alone(x, t, scores, to + t);
      }
    } else if (count > (x.length - length + 1) / 2) {
      int middle = from + count / 2;
      score(Arrays.copyOfRange(x, from, middle + length - 1), scores, to + from);
      score(Arrays.copyOfRange(x, middle, end + length - 1), scores, to + middle);
    } else {
      score(Arrays.copyOfRange(x, from, end + length - 1), scores, to + from);
    }
  }

  /** One window, in two passes over nothing but its own samples. */
  private void alone(double[] x, int at, double[][] scores, int to) {
    double[] window = Arrays.copyOfRange(x, at, at + length);
    if (nothing(window)) {
      for (double[] row : scores) {
        row[to] = 0;
      }
      return;
    }
    double[] values = centered(window);
    // What the first mean was off by is left, and so is the scale: both matter where little is.
    values = centered(values);
    double norm = Math.sqrt(squares(values));
    for (int r = 0; r < scores.length; r++) {
      double[] template = templates.row(r);
      double product = 0;
      for (int i = 0; i < length; i++) {
        product += values[i] * template[i];
      }
      scores[r][to] = clipped(product / norm);
    }
  }

  private static double squares(double[] values) {
    double squares = 0;
    for (double value : values) {
      squares += value * value;
    }
    return squares;
  }

  private static double clipped(double score) {
    return Math.clamp(score, -1.0, 1.0);
  }
}
