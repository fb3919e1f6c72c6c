package org.sgconv.bindings;

import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.cuda.SgconvCuda;

/** What layers compute element by element on a stream; every argument is checked. */
public final class CudaElementwise {

  private final CudaFrame frame;

  /** On this stream. */
  public CudaElementwise(CudaStream stream) {
    this.frame = new CudaFrame(stream);
  }

  /**
   * Writes y = dropout ⊙ gelu(x), or without GELU dropout ⊙ x, of {@code count} elements.
   *
   * @param first number of the first element to the dropout
   */
  public void activate(
      long count, boolean gelu, DropoutRule rule, long first, CudaSpan x, CudaSpan y) {
    try (NativeHandle.Use use = frame.use()) {
      CudaFrame in = frame.of("sgconv_cuda_activation_forward");
      long bytes = Sizes.floatBytes("x", 1, 1, 1, count);
      NativeResult.cuda(
          "sgconv_cuda_activation_forward",
          SgconvCuda.sgconv_cuda_activation_forward(
              count,
              gelu ? 1 : 0,
              frame.orNull(rule),
              first,
              in.inputOr("x", x, bytes, "y"),
              in.output("y", y, bytes),
              use.address()));
    }
  }

  /** Writes dx, which may be dy. */
  public void activateBackward(
      long count,
      boolean gelu,
      DropoutRule rule,
      long first,
      CudaSpan x,
      CudaSpan dy,
      CudaSpan dx) {
    try (NativeHandle.Use use = frame.use()) {
      CudaFrame in = frame.of("sgconv_cuda_activation_backward");
      long bytes = Sizes.floatBytes("x", 1, 1, 1, count);
      NativeResult.cuda(
          "sgconv_cuda_activation_backward",
          SgconvCuda.sgconv_cuda_activation_backward(
              count,
              gelu ? 1 : 0,
              frame.orNull(rule),
              first,
              in.input("x", x, bytes),
              in.inputOr("dy", dy, bytes, "dx"),
              in.output("dx", dx, bytes),
              use.address()));
    }
  }

  /** Writes sum = x + tied ⊙ branch; x may be null for 0, and sum may be x or branch. */
  public void add(
      SignalShape shape, DropoutRule tied, @Nullable CudaSpan x, CudaSpan branch, CudaSpan sum) {
    try (NativeHandle.Use use = frame.use()) {
      CudaFrame in = frame.of("sgconv_cuda_add");
      long bytes = CudaFrame.signalBytes(shape);
      NativeResult.cuda(
          "sgconv_cuda_add",
          SgconvCuda.sgconv_cuda_add(
              frame.geometry(shape),
              frame.orNull(tied),
              in.optionalInputOr("x", x, bytes, "sum"),
              in.inputOr("branch", branch, bytes, "sum"),
              in.output("sum", sum, bytes),
              use.address()));
    }
  }

  /** Writes y (B, columns, rows) from x (B, rows, columns). */
  public void transpose(long batch, long rows, long columns, CudaSpan x, CudaSpan y) {
    try (NativeHandle.Use use = frame.use()) {
      CudaFrame in = frame.of("sgconv_cuda_transpose");
      long bytes = Sizes.floatBytes("x", 1, batch, rows, columns);
      NativeResult.cuda(
          "sgconv_cuda_transpose",
          SgconvCuda.sgconv_cuda_transpose(
              batch,
              rows,
              columns,
              in.input("x", x, bytes),
              in.output("y", y, bytes),
              use.address()));
    }
  }

  /** Writes y (n, 4H) from x (2n, H): both vectors of a pair, their difference and product. */
  public void pairFeatures(long pairs, long channels, CudaSpan x, CudaSpan y) {
    try (NativeHandle.Use use = frame.use()) {
      CudaFrame in = frame.of("sgconv_cuda_pair_features_forward");
      NativeResult.cuda(
          "sgconv_cuda_pair_features_forward",
          SgconvCuda.sgconv_cuda_pair_features_forward(
              pairs,
              channels,
              in.input("x", x, Sizes.floatBytes("x", 1, 2, pairs, channels)),
              in.output("y", y, Sizes.floatBytes("y", 1, 4, pairs, channels)),
              use.address()));
    }
  }

  /** Writes dx (2n, H). */
  public void pairFeaturesBackward(
      long pairs, long channels, CudaSpan x, CudaSpan dy, CudaSpan dx) {
    try (NativeHandle.Use use = frame.use()) {
      CudaFrame in = frame.of("sgconv_cuda_pair_features_backward");
      long bytes = Sizes.floatBytes("x", 1, 2, pairs, channels);
      NativeResult.cuda(
          "sgconv_cuda_pair_features_backward",
          SgconvCuda.sgconv_cuda_pair_features_backward(
              pairs,
              channels,
              in.input("x", x, bytes),
              in.input("dy", dy, Sizes.floatBytes("dy", 1, 4, pairs, channels)),
              in.output("dx", dx, bytes),
              use.address()));
    }
  }
}
