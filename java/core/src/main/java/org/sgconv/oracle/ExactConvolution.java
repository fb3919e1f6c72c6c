package org.sgconv.oracle;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.sgconv.ConvolutionMode;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.tensor.Tensor;

/**
 * A convolution and its gradients in float64, with the bound of the error of every row: v = pre ⊙
 * u, z = conv(v) + D ⊙ v, y = post ⊙ z. It takes the values of its operands when it is made, shares
 * no code with any backend, and computes each result when it is asked for.
 *
 * <p>
 *
 * {@snippet :
 * ExactConvolution exact = ExactConvolution.builder(ConvolutionMode.CAUSAL, kernel, u).build();
 * Deviation deviation = Tolerance.of(DType.FLOAT32).measure(exact.output(), y);
 * if (!deviation.isAccepted()) {
 *   throw new AssertionError(deviation.describe());
 * }
 * }
 *
 * <p>Lags that pair no two samples, and what lies beyond a row's length, are exactly zero in every
 * result: their bound is zero too.
 *
 * <p>Where an operand is not finite, the rows that it takes part in are unspecified, every other
 * row is not.
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public final class ExactConvolution {

  private final ConvolutionMode mode;
  private final int batch;
  private final int heads;
  private final int hidden;
  private final int length;
  private final int kernelLength;

  /** Samples of each row of the batch. */
  private final int[] samples;

  private final double[] u;
  private final double @Nullable [] pre;
  private final double @Nullable [] post;
  private final double @Nullable [] dy;
  private final double[][] lags;
  private final double[] kernelNorms;
  private final RowProduct product;

  /**
   * Of values row after row, as {@link ExactConvolutionBuilder} checks them.
   *
   * @param wide whether products are computed in twice the digits of float64
   */
  ExactConvolution(
      ConvolutionMode mode,
      int batch,
      int heads,
      int hidden,
      int length,
      int kernelLength,
      boolean wide,
      double[] u,
      double[] kernel,
      double @Nullable [] skip,
      double @Nullable [] pre,
      double @Nullable [] post,
      double @Nullable [] dy) {
    this.mode = mode;
    this.batch = batch;
    this.heads = heads;
    this.hidden = hidden;
    this.length = length;
    this.kernelLength = kernelLength;
    this.samples = new int[batch];
    Arrays.fill(samples, length);
    this.u = u;
    this.pre = pre;
    this.post = post;
    this.dy = dy;
    lags = new double[heads * hidden][];
    Arrays.setAll(lags, row -> lagsOf(kernel, row));
    kernelNorms = new double[lags.length];
    // Of k and D apart: they may cancel at lag 0.
    Arrays.setAll(
        kernelNorms, row -> Math.hypot(Norms.of(lags[row]), skip == null ? 0 : skip[row]));
    for (int row = 0; skip != null && row < lags.length; row++) {
      lags[row][zeroLag()] += skip[row];
    }
    int products = lags[0].length + length - 1;
    product = wide ? new WideProduct(products) : new LinearProduct(products);
  }

  /** The same operands in rows of these lengths. */
  private ExactConvolution(ExactConvolution whole, int[] samples) {
    mode = whole.mode;
    batch = whole.batch;
    heads = whole.heads;
    hidden = whole.hidden;
    length = whole.length;
    kernelLength = whole.kernelLength;
    this.samples = samples;
    u = whole.u;
    pre = whole.pre;
    post = whole.post;
    dy = whole.dy;
    lags = whole.lags;
    kernelNorms = whole.kernelNorms;
    product = whole.product;
  }

  /**
   * This convolution where each row of the batch has a length of its own: beyond it every operand
   * counts as zero, whatever it is, and every result is zero.
   *
   * @param lengths B values from 1 to L
   * @throws ShapeMismatchException if there are not B
   * @throws InvalidArgumentException if one is out of range, or the mode is circular
   */
  public ExactConvolution within(long... lengths) {
    if (mode == ConvolutionMode.CIRCULAR) {
      throw new InvalidArgumentException("rows of a circular convolution have no lengths");
    }
    if (lengths.length != batch) {
      throw new ShapeMismatchException(
          String.format(Locale.ROOT, "%d lengths for a batch of %d", lengths.length, batch));
    }
    for (long each : lengths) {
      if (each < 1 || each > length) {
        throw new InvalidArgumentException(
            String.format(Locale.ROOT, "a length is %d: must be from 1 to %d", each, length));
      }
    }
    return new ExactConvolution(this, Arrays.stream(lengths).mapToInt(Math::toIntExact).toArray());
  }

  /**
   * Starts a convolution of operands of any element type, wherever they are.
   *
   * @param kernel k (C',H,K): C' is the number of heads C, or 2C for bidirectional kernels
   * @param input u (B,H,L)
   */
  public static ExactConvolutionBuilder builder(ConvolutionMode mode, Tensor kernel, Tensor input) {
    return new ExactConvolutionBuilder(mode, kernel, input);
  }

  /** y (B,C·H,L). */
  public ExactResult output() {
    return rows(
        batch * heads * hidden,
        row -> {
          int b = row / (heads * hidden);
          ExactResult.Row z = z(b, row / hidden % heads, row % hidden);
          return cut(gated(z, signal(post, b, row % hidden)), samples[b]);
        });
  }

  /** du (B,H,L). */
  public ExactResult inputGradient() {
    return rows(
        batch * hidden,
        row -> {
          int b = row / hidden;
          int h = row % hidden;
          return cut(gated(dv(b, h), signal(pre, b, h)), samples[b]);
        });
  }

  /** Gradient of the gate before (B,H,L), whether or not there is one. */
  public ExactResult preGradient() {
    return rows(
        batch * hidden,
        row -> {
          int b = row / hidden;
          int h = row % hidden;
          return cut(gated(dv(b, h), signal(u, b, h)), samples[b]);
        });
  }

  /** Gradient of the gate after (B,H,L), whether or not there is one. */
  public ExactResult postGradient() {
    return rows(
        batch * hidden,
        row -> {
          int b = row / hidden;
          int h = row % hidden;
          ExactResult.Row sum = gated(z(b, 0, h), outputRow(b, 0, h));
          for (int c = 1; c < heads; c++) {
            sum = sum(sum, gated(z(b, c, h), outputRow(b, c, h)));
          }
          return cut(sum, samples[b]);
        });
  }

  /** dk (C',H,K). */
  public ExactResult kernelGradient() {
    int rows = heads * hidden;
    boolean both = mode == ConvolutionMode.BIDIRECTIONAL;
    return ExactResult.of(
        both ? 2 * rows : rows,
        kernelLength,
        row -> row < rows ? kernelLags(correlation(row)) : backwardLags(correlation(row - rows)));
  }

  /** dD (C,H), whether or not there is a skip: the gradient of the kernel at lag 0. */
  public ExactResult skipGradient() {
    return ExactResult.of(
        heads * hidden,
        1,
        row -> {
          ProductSum all = correlation(row);
          double zero = all.values()[firstCorrelated()];
          return new ExactResult.Row(new double[] {zero}, all.bound().only(0));
        });
  }

  private ExactResult rows(int count, IntFunction<ExactResult.Row> row) {
    return ExactResult.of(count, length, row);
  }

  private ExactResult.Row z(int b, int c, int h) {
    ProductSum sum = new ProductSum(this::folded);
    double[] v = v(b, h);
    sum.add(product.of(lags[c * hidden + h], v), kernelNorms[c * hidden + h], Norms.of(v), 0);
    return new ExactResult.Row(part(sum.values(), zeroLag()), sum.bound());
  }

  private ExactResult.Row dv(int b, int h) {
    ProductSum sum = new ProductSum(this::folded);
    for (int c = 0; c < heads; c++) {
      int row = c * hidden + h;
      double[] g = g(b, c, h);
      sum.add(product.of(reversed(lags[row]), g), kernelNorms[row], Norms.of(g), length - 1);
    }
    return new ExactResult.Row(part(sum.values(), firstCorrelated()), sum.bound());
  }

  /** Σ over the batch of the correlation of v with g, lags −(L−1) … L−1, or modulo L. */
  private ProductSum correlation(int row) {
    ProductSum sum = new ProductSum(this::folded);
    for (int b = 0; b < batch; b++) {
      double[] v = v(b, row % hidden);
      double[] g = g(b, row / hidden, row % hidden);
      sum.add(product.of(reversed(v), g), Norms.of(v), Norms.of(g), length - 1);
    }
    return sum;
  }

  /** Where lag 0 of a correlation is. */
  private int firstCorrelated() {
    return mode == ConvolutionMode.CIRCULAR ? 0 : length - 1;
  }

  private double[] part(double[] all, int first) {
    return Arrays.copyOfRange(all, first, first + length);
  }

  /** Index i is lag i, or i − ⌊K/2⌋; from L and from −L on it pairs no two samples. */
  private ExactResult.Row kernelLags(ProductSum all) {
    double[] values = new double[kernelLength];
    int zero = Math.toIntExact(mode.zeroLag(kernelLength));
    int first = Math.max(0, zero - (length - 1));
    int end = Math.min(kernelLength, zero + length);
    System.arraycopy(all.values(), firstCorrelated() + first - zero, values, first, end - first);
    return cut(new ExactResult.Row(values, all.bound()), first, end);
  }

  /** Index j is lag −1−j; from L−1 on it pairs no two samples. */
  private ExactResult.Row backwardLags(ProductSum all) {
    double[] values = new double[kernelLength];
    int pairing = Math.min(kernelLength, length - 1);
    for (int j = 0; j < pairing; j++) {
      values[j] = all.values()[length - 2 - j];
    }
    return cut(new ExactResult.Row(values, all.bound()), 0, pairing);
  }

  /** In the circular mode the lags modulo L, where element {@code zero} is lag 0. */
  private double[] folded(double[] all, int zero) {
    if (mode != ConvolutionMode.CIRCULAR) {
      return all;
    }
    double[] folded = new double[length];
    for (int i = 0; i < all.length; i++) {
      folded[Math.floorMod(i - zero, length)] += all[i];
    }
    return folded;
  }

  private static double[] reversed(double[] row) {
    double[] reversed = new double[row.length];
    for (int i = 0; i < row.length; i++) {
      reversed[i] = row[row.length - 1 - i];
    }
    return reversed;
  }

  /**
   * Lags 0 … L−1, or for kernels with both sides −(L−1) … L−1; those beyond the kernel are zero.
   */
  private double[] lagsOf(double[] k, int row) {
    int zero = zeroLag();
    double[] values = new double[zero + length];
    for (int i = 0; i < kernelLength; i++) {
      long at = zero + i - mode.zeroLag(kernelLength);
      if (at >= 0 && at < values.length) {
        values[(int) at] = k[row * kernelLength + i];
      }
    }
    if (mode == ConvolutionMode.BIDIRECTIONAL) {
      for (int j = 0; j < Math.min(kernelLength, zero); j++) {
        values[zero - 1 - j] = k[(heads * hidden + row) * kernelLength + j];
      }
    }
    return values;
  }

  /** Where lag 0 is among all lags. */
  private int zeroLag() {
    return switch (mode) {
      case CAUSAL, CIRCULAR -> 0;
      case BIDIRECTIONAL, CENTERED -> length - 1;
    };
  }

  private double[] v(int b, int h) {
    return times(samplesOf(u, b * hidden + h, b), signal(pre, b, h));
  }

  private double[] g(int b, int c, int h) {
    return times(outputRow(b, c, h), signal(post, b, h));
  }

  private double @Nullable [] signal(double @Nullable [] of, int b, int h) {
    return of == null ? null : samplesOf(of, b * hidden + h, b);
  }

  private double[] outputRow(int b, int c, int h) {
    if (dy == null) {
      throw new InvalidArgumentException("gradients need an output gradient: give it to 'of'");
    }
    return samplesOf(dy, (b * heads + c) * hidden + h, b);
  }

  /** One row, zero beyond the length of row {@code b} of the batch. */
  private double[] samplesOf(double[] values, int row, int b) {
    double[] copy = new double[length];
    System.arraycopy(values, row * length, copy, 0, samples[b]);
    return copy;
  }

  private static double[] times(double[] row, double @Nullable [] factors) {
    for (int i = 0; factors != null && i < row.length; i++) {
      row[i] *= factors[i];
    }
    return row;
  }

  /** What a gate, or another row, makes of a result and of its bound. */
  private static ExactResult.Row gated(ExactResult.Row row, double @Nullable [] factors) {
    return factors == null
        ? row
        : new ExactResult.Row(times(row.values(), factors), row.bound().gated(factors));
  }

  private static ExactResult.Row cut(ExactResult.Row row, int count) {
    return cut(row, 0, count);
  }

  /** A row of which only elements from {@code first} to before {@code end} are not exactly zero. */
  private static ExactResult.Row cut(ExactResult.Row row, int first, int end) {
    int length = row.values().length;
    if (first == 0 && end == length) {
      return row;
    }
    double[] kept = new double[length];
    Arrays.fill(kept, first, end, 1);
    double[] values = row.values().clone();
    Arrays.fill(values, 0, first, 0);
    Arrays.fill(values, end, length, 0);
    return new ExactResult.Row(values, row.bound().gated(kept));
  }

  private static ExactResult.Row sum(ExactResult.Row a, ExactResult.Row b) {
    double[] values = a.values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] += b.values()[i];
    }
    return new ExactResult.Row(values, a.bound().plus(b.bound(), values.length));
  }
}
