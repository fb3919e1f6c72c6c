package org.sgconv.oracle;

import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sgconv.ConvolutionMode;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.spi.TensorCheck;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * The operands of an {@link ExactConvolution}, of any element type and wherever they are. {@link
 * #build} throws {@link ShapeMismatchException} if one does not match the others.
 *
 * @since 0.1.0
 */
public final class ExactConvolutionBuilder {

  private final ConvolutionMode mode;
  private final Tensor kernel;
  private final Tensor input;
  private @Nullable Tensor skip;
  private @Nullable Tensor pre;
  private @Nullable Tensor post;
  private @Nullable Tensor outputGradient;
  private DType judged = DType.FLOAT32;

  ExactConvolutionBuilder(ConvolutionMode mode, Tensor kernel, Tensor input) {
    this.mode = Objects.requireNonNull(mode, "mode");
    this.kernel = Objects.requireNonNull(kernel, "kernel");
    this.input = Objects.requireNonNull(input, "input");
  }

  /** Gives a skip D (C,H). */
  public ExactConvolutionBuilder skip(Tensor value) {
    skip = Objects.requireNonNull(value, "skip");
    return this;
  }

  /** Gives a gate before the convolution (B,H,L). */
  public ExactConvolutionBuilder pre(Tensor value) {
    pre = Objects.requireNonNull(value, "pre");
    return this;
  }

  /** Gives a gate after it (B,H,L). */
  public ExactConvolutionBuilder post(Tensor value) {
    post = Objects.requireNonNull(value, "post");
    return this;
  }

  /** Gives the gradient of the output, dy (B,C·H,L); without it there are no gradients. */
  public ExactConvolutionBuilder outputGradient(Tensor value) {
    outputGradient = Objects.requireNonNull(value, "outputGradient");
    return this;
  }

  /**
   * Says what the results are for: to judge others of this type. For FLOAT64 products are computed
   * in twice its digits and rounded once, which takes some ten times as long; FLOAT32 if not given.
   */
  public ExactConvolutionBuilder judging(DType results) {
    judged = Objects.requireNonNull(results, "results");
    return this;
  }

  /**
   * The convolution of these operands, whose values it takes now.
   *
   * @throws ShapeMismatchException if a shape does not match the others'
   * @throws InvalidArgumentException if the mode is circular and K above L
   */
  public ExactConvolution build() {
    if (kernel.shape().rank() != 3 || input.shape().rank() != 3) {
      throw new ShapeMismatchException(
          String.format(
              Locale.ROOT,
              "the kernel has shape %s and the input %s: expected (C',H,K) and (B,H,L)",
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
    int kernelLength = Math.toIntExact(kernel.dim(2));
    int batch = Math.toIntExact(input.dim(0));
    int length = Math.toIntExact(input.dim(2));
    if (mode == ConvolutionMode.CIRCULAR && kernelLength > length) {
      throw new InvalidArgumentException(
          String.format(
              Locale.ROOT,
              "a circular kernel has %d lags: at most those of the signal, %d",
              kernelLength,
              length));
    }
    return new ExactConvolution(
        mode,
        batch,
        heads,
        hidden,
        length,
        kernelLength,
        judged == DType.FLOAT64,
        Objects.requireNonNull(read("input", input, batch, hidden, length)),
        kernel.toDoubleArray(),
        read("skip", skip, heads, hidden),
        read("pre", pre, batch, hidden, length),
        read("post", post, batch, hidden, length),
        read("output gradient", outputGradient, batch, (long) heads * hidden, length));
  }

  private static double @Nullable [] read(String name, @Nullable Tensor tensor, long... dims) {
    if (tensor == null) {
      return null;
    }
    TensorCheck.shape(name, tensor, dims);
    return tensor.toDoubleArray();
  }
}
