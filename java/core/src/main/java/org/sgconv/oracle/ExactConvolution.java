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
 * ExactConvolution exact = ExactConvolution.of(ConvolutionMode.CAUSAL, kernel, null, u);
 * Deviation deviation = Tolerance.of(DType.FLOAT32).measure(exact.output(), y);
 * if (!deviation.isAccepted()) {
 *   throw new AssertionError(deviation.describe());
 * }
 * }
 *
 * <p>Where an operand is not finite, the rows that it takes part in are unspecified, every other
 * row is not.
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public final class ExactConvolution {

  private final ConvolutionMode mode;
  private final int batch;
  private final int heads;
  private final int hidden;
  private final int length;
  private final double[] u;
  private final double @Nullable [] pre;
  private final double @Nullable [] post;
  private final double @Nullable [] dy;
  private final double[][] lags;
  private final double[] kernelNorms;
  private final LinearProduct product;

  /** As {@link #of}, of values row after row. */
  ExactConvolution(
      ConvolutionMode mode,
      int batch,
      int heads,
      int hidden,
      int length,
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
    product = new LinearProduct(lags[0].length + length - 1);
  }

  /**
   * A convolution of operands in the host's memory, of any element type.
   *
   * @param kernel k (C',H,L): C' is the number of heads C, or 2C for bidirectional kernels
   * @param skip D (C,H), or null
   * @param input u (B,H,L)
   * @throws ShapeMismatchException if a shape does not match the others'
   */
  public static ExactConvolution of(
      ConvolutionMode mode, Tensor kernel, @Nullable Tensor skip, Tensor input) {
    return of(mode, kernel, skip, input, null, null, null);
  }

  /**
   * As {@link #of(ConvolutionMode, Tensor, Tensor, Tensor)}, with gates and gradients.
   *
   * @param pre gate before (B,H,L), or null
   * @param post gate after (B,H,L), or null
   * @param outputGradient dy (B,C·H,L); without it there are no gradients
   * @throws ShapeMismatchException if a shape does not match the others'
   */
  public static ExactConvolution of(
      ConvolutionMode mode,
      Tensor kernel,
      @Nullable Tensor skip,
      Tensor input,
      @Nullable Tensor pre,
      @Nullable Tensor post,
      @Nullable Tensor outputGradient) {
    if (kernel.shape().rank() != 3 || input.shape().rank() != 3) {
      throw new ShapeMismatchException(
          String.format(
              Locale.ROOT,
              "the kernel has shape %s and the input %s: expected (C',H,L) and (B,H,L)",
              kernel.shape(),
              input.shape()));
    }
    int channels = Math.toIntExact(kernel.dim(0));
    boolean both = mode == ConvolutionMode.BIDIRECTIONAL;
    if (both && channels % 2 != 0) {
      throw new ShapeMismatchException(
          String.format(
              Locale.ROOT,
              "the kernel has shape %s: a bidirectional one has an even number of rows",
              kernel.shape()));
    }
    int heads = both ? channels / 2 : channels;
    int hidden = Math.toIntExact(kernel.dim(1));
    int length = Math.toIntExact(kernel.dim(2));
    int batch = Math.toIntExact(input.dim(0));
    return new ExactConvolution(
        mode,
        batch,
        heads,
        hidden,
        length,
        read("input", input, batch, hidden, length),
        kernel.toDoubleArray(),
        skip == null ? null : read("skip", skip, heads, hidden),
        pre == null ? null : read("pre", pre, batch, hidden, length),
        post == null ? null : read("post", post, batch, hidden, length),
        outputGradient == null
            ? null
            : read("output gradient", outputGradient, batch, (long) heads * hidden, length));
  }

  private static double[] read(String name, Tensor tensor, long... dims) {
    tensor.requireShape(name, dims);
    return tensor.toDoubleArray();
  }

  /** y (B,C·H,L). */
  public ExactResult output() {
    return rows(
        batch * heads * hidden,
        row -> {
          int b = row / (heads * hidden);
          ExactResult.Row z = z(b, row / hidden % heads, row % hidden);
          return gated(z, signal(post, b, row % hidden));
        });
  }

  /** du (B,H,L). */
  public ExactResult inputGradient() {
    return rows(
        batch * hidden,
        row -> gated(dv(row / hidden, row % hidden), signal(pre, row / hidden, row % hidden)));
  }

  /** Gradient of the gate before (B,H,L), whether or not there is one. */
  public ExactResult preGradient() {
    return rows(batch * hidden, row -> gated(dv(row / hidden, row % hidden), rowOf(u, row)));
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
          return sum;
        });
  }

  /** dk (C',H,L). */
  public ExactResult kernelGradient() {
    int rows = heads * hidden;
    ExactResult forward = rows(rows, row -> forwardLags(correlation(row)));
    if (mode != ConvolutionMode.BIDIRECTIONAL) {
      return forward;
    }
    return rows(
        2 * rows, row -> row < rows ? forward.row(row) : backwardLags(correlation(row - rows)));
  }

  /** dD (C,H), whether or not there is a skip: the gradient of the kernel at lag 0. */
  public ExactResult skipGradient() {
    return ExactResult.of(
        heads * hidden,
        1,
        row -> {
          ExactResult.Row all = forwardLags(correlation(row));
          return new ExactResult.Row(new double[] {all.values()[0]}, all.bound().only(0));
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

  private ExactResult.Row forwardLags(ProductSum all) {
    return new ExactResult.Row(part(all.values(), firstCorrelated()), all.bound());
  }

  /** Index j is lag −1−j; the last pairs no two samples. */
  private ExactResult.Row backwardLags(ProductSum all) {
    double[] values = new double[length];
    for (int j = 0; j + 1 < length; j++) {
      values[j] = all.values()[length - 2 - j];
    }
    return new ExactResult.Row(values, all.bound());
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

  /** Lags 0 … L−1, or for bidirectional kernels −(L−1) … L−1. */
  private double[] lagsOf(double[] k, int row) {
    int zero = zeroLag();
    double[] values = new double[zero + length];
    System.arraycopy(k, row * length, values, zero, length);
    for (int j = 0; j < zero; j++) {
      values[zero - 1 - j] = k[(heads * hidden + row) * length + j];
    }
    return values;
  }

  private int zeroLag() {
    return mode == ConvolutionMode.BIDIRECTIONAL ? length - 1 : 0;
  }

  private double[] v(int b, int h) {
    return times(rowOf(u, b * hidden + h), signal(pre, b, h));
  }

  private double[] g(int b, int c, int h) {
    return times(outputRow(b, c, h), signal(post, b, h));
  }

  private double @Nullable [] signal(double @Nullable [] of, int b, int h) {
    return of == null ? null : rowOf(of, b * hidden + h);
  }

  private double[] outputRow(int b, int c, int h) {
    if (dy == null) {
      throw new InvalidArgumentException("gradients need an output gradient: give it to 'of'");
    }
    return rowOf(dy, (b * heads + c) * hidden + h);
  }

  private double[] rowOf(double[] values, int row) {
    return Arrays.copyOfRange(values, row * length, (row + 1) * length);
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

  private static ExactResult.Row sum(ExactResult.Row a, ExactResult.Row b) {
    double[] values = a.values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] += b.values()[i];
    }
    return new ExactResult.Row(values, a.bound().plus(b.bound(), values.length));
  }
}
