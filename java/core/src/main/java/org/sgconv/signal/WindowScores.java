package org.sgconv.signal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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

  /** Products that are scaled at a time. */
  private static final int PIECE = 1 << 11;

  /** Scores of windows one by one that are written at a time. */
  private static final int ALONE = 64;

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
    private final double[] inverseNorms;
    private final Windows.Scratch sums = new Windows.Scratch(length);
    private final double[] piece = new double[PIECE];
    private final double[] inversePiece = new double[PIECE];

    /** For stretches of so many samples at most. */
    Scratch(int samples) {
      centered = new double[samples];
      inverseNorms = new double[samples - length + 1];
    }
  }

  /** Takes scores. */
  @FunctionalInterface
  interface Writer {
    /**
     * Of some windows with one template. Later ones for the same windows replace those of before;
     * the array holds something else after the call.
     *
     * @param first index of the first window
     */
    void write(int template, int first, double[] values, int count);
  }

  /**
   * Writes the scores of all windows of samples. The kernels are in {@linkplain FixedKernels#use
   * use}.
   *
   * @param x finite samples
   * @param samples how many there are, at least as many as a template has
   */
  void score(double[] x, int samples, Scratch scratch, Writer writer) {
    int windows = samples - length + 1;
    if (nothing(x, samples)) {
      zeros(windows, scratch, writer);
      return;
    }
    double[] centered = scratch.centered;
    center(x, samples, centered);
    double carried = PRODUCT_ERROR * Math.sqrt(LongSum.ofProducts(centered, centered, samples));
    inverseNorms(scratch, samples, carried / SCORE_ERROR * (carried / SCORE_ERROR));
    products(scratch, samples, writer);
    double[] inverse = scratch.inverseNorms;
    for (int t = 0; t < windows; t++) {
      if (Double.isNaN(inverse[t])) {
        int end = t + 1;
        while (end < windows && Double.isNaN(inverse[end])) {
          end++;
        }
        again(x, samples, t, end, writer);
        t = end;
      }
    }
  }

  private void zeros(int windows, Scratch scratch, Writer writer) {
    Arrays.fill(scratch.piece, 0);
    for (int r = 0; r < templates.count(); r++) {
      for (int at = 0; at < windows; at += PIECE) {
        writer.write(r, at, scratch.piece, Math.min(PIECE, windows - at));
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

  /** Writes products of all windows with each template, times the inverse norms of the windows. */
  private void products(Scratch scratch, int samples, Writer writer) {
    MemorySegment from = MemorySegment.ofArray(scratch.centered);
    kernels.<RuntimeException>convolveInUse(
        Stretch.of(Extent.VALID, samples, length),
        1,
        false,
        (row, at, block) ->
            MemorySegment.copy(
                from, at * Double.BYTES, block.memory(), block.offset(), block.bytes()),
        (row, at, block) -> scaled(scratch, block, (int) at, writer),
        ProgressListener.NONE);
  }

  /**
   * Writes products of windows from {@code at} on, in pieces that a processor's first cache holds.
   */
  private static void scaled(Scratch scratch, RowBlock products, int at, Writer writer) {
    double[] inverse = scratch.inversePiece;
    double[] piece = scratch.piece;
    int count = (int) (products.bytes() / Double.BYTES);
    for (int done = 0; done < count; done += PIECE) {
      int part = Math.min(PIECE, count - done);
      System.arraycopy(scratch.inverseNorms, at + done, inverse, 0, part);
      for (int r = 0; r < products.rows(); r++) {
        long start = products.start(r) + (long) done * Double.BYTES;
        MemorySegment.copy(products.memory(), ValueLayout.JAVA_DOUBLE, start, piece, 0, part);
        for (int i = 0; i < part; i++) { // one index for both, or the JVM does not vectorize it
          piece[i] = clipped(piece[i] * inverse[i]);
        }
        writer.write(r, at + done, piece, part);
      }
    }
  }

  /**
   * 1 / ‖x − x̄‖ of every window; not a number where the norm, or the product, is not known well
   * enough.
   */
  private void inverseNorms(Scratch scratch, int samples, double leastSquares) {
    double part = mean == Mean.KEPT ? 0 : 1.0 / length;
    Windows.sums(
        scratch.centered,
        samples,
        scratch.sums,
        (first, count, sums, squares) -> {
          for (int i = 0; i < count; i++) {
            sums[i] = squares[i] - sums[i] * sums[i] * part;
          }
          for (int i = 0; i < count; i++) { // by itself: the JVM vectorizes the others
            if (!(sums[i] >= leastSquares && sums[i] > LEAST_REMAINDER * squares[i])) {
              sums[i] = Double.NaN;
            }
          }
          for (int i = 0; i < count; i++) {
            sums[i] = 1 / Math.sqrt(sums[i]);
          }
          System.arraycopy(sums, 0, scratch.inverseNorms, first, count);
        });
  }

  /** Does windows from one to before another again. */
  private void again(double[] x, int samples, int from, int end, Writer writer) {
    int count = end - from;
    if (count * (long) length <= FEW_PRODUCTS || count == 1) {
      alone(x, from, end, writer);
    } else if (count > (samples - length + 1) / 2) {
      int middle = from + count / 2;
      apart(x, from, middle, writer);
      apart(x, middle, end, writer);
    } else {
      apart(x, from, end, writer);
    }
  }

  /** Does windows from one to before another as a stretch of their own. */
  private void apart(double[] x, int from, int end, Writer writer) {
    double[] part = Arrays.copyOfRange(x, from, end + length - 1);
    score(
        part,
        part.length,
        new Scratch(part.length),
        (template, first, values, count) -> writer.write(template, from + first, values, count));
  }

  /** Does windows from one to before another one by one. */
  private void alone(double[] x, int from, int end, Writer writer) {
    int together = Math.min(ALONE, end - from);
    double[][] scores = new double[templates.count()][together];
    for (int t = from; t < end; t += together) {
      int count = Math.min(together, end - t);
      for (int i = 0; i < count; i++) {
        alone(x, t + i, scores, i);
      }
      for (int r = 0; r < scores.length; r++) {
        writer.write(r, t, scores[r], count);
      }
    }
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
    return Math.max(-1.0, Math.min(1.0, score)); // which the JVM vectorizes, unlike Math.clamp
  }
}
