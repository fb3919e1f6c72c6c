package org.sgconv.bindings;

import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.cuda.SgconvCuda;

/**
 * What is around the matrix products of linear maps over channels on a stream: see
 * sgconv/cuda_layers.h. Shapes count the members of a part of the batch, of which the first has
 * number {@code memberFirst}.
 */
public final class CudaLinear {

  private final CudaFrame frame;

  /** On this stream. */
  public CudaLinear(CudaStream stream) {
    this.frame = new CudaFrame(stream);
  }

  /**
   * Writes y (B, P, L) from the product W·a.
   *
   * @param product (B, M, L)
   * @param bias (M) or null
   * @param residual (B, P, L) or null; y may be the same memory
   * @param z (B, M, L) or null; only with a gated linear unit, and may be the product
   * @param y without a gated linear unit it may be the product
   */
  public void forward(
      LinearShape shape,
      long memberFirst,
      CudaSpan product,
      @Nullable CudaSpan bias,
      @Nullable CudaSpan residual,
      @Nullable CudaSpan z,
      CudaSpan y) {
    try (NativeHandle.Use use = frame.use()) {
      CudaFrame in = frame.of("sgconv_cuda_linear_forward");
      long mapped = CudaFrame.mappedBytes(shape);
      long output = CudaFrame.outputBytes(shape);
      NativeResult.cuda(
          "sgconv_cuda_linear_forward",
          SgconvCuda.sgconv_cuda_linear_forward(
              frame.geometry(shape),
              memberFirst,
              in.inputOr("product", product, mapped, shape.glu() ? "z" : "y"),
              in.optionalInput("bias", bias, CudaFrame.biasBytes(shape)),
              in.optionalInputOr("residual", residual, output, "y"),
              in.optionalOutput("z", z, mapped),
              in.output("y", y, output),
              use.address()));
    }
  }

  /** Writes dz (B, M, L); z as the forward call wrote it, null without a gated linear unit. */
  public void backward(
      LinearShape shape, long memberFirst, @Nullable CudaSpan z, CudaSpan dy, CudaSpan dz) {
    try (NativeHandle.Use use = frame.use()) {
      CudaFrame in = frame.of("sgconv_cuda_linear_backward");
      long mapped = CudaFrame.mappedBytes(shape);
      NativeResult.cuda(
          "sgconv_cuda_linear_backward",
          SgconvCuda.sgconv_cuda_linear_backward(
              frame.geometry(shape),
              memberFirst,
              in.optionalInput("z", z, mapped),
              in.input("dy", dy, CudaFrame.outputBytes(shape)),
              in.output("dz", dz, mapped),
              use.address()));
    }
  }

  /** Writes dbias (M), of the whole batch. */
  public void biasGradient(LinearShape shape, @Nullable CudaSpan z, CudaSpan dy, CudaSpan dbias) {
    try (NativeHandle.Use use = frame.use()) {
      CudaFrame in = frame.of("sgconv_cuda_linear_bias_gradient");
      NativeResult.cuda(
          "sgconv_cuda_linear_bias_gradient",
          SgconvCuda.sgconv_cuda_linear_bias_gradient(
              frame.geometry(shape),
              in.optionalInput("z", z, CudaFrame.mappedBytes(shape)),
              in.input("dy", dy, CudaFrame.outputBytes(shape)),
              in.output("dbias", dbias, CudaFrame.biasBytes(shape)),
              use.address()));
    }
  }

  /** Adds parts (parts, count) up in their order, to what is in the sum already if continued. */
  public void addPartials(
      long parts, long count, boolean continued, CudaSpan partials, CudaSpan sum) {
    try (NativeHandle.Use use = frame.use()) {
      CudaFrame in = frame.of("sgconv_cuda_add_partials");
      NativeResult.cuda(
          "sgconv_cuda_add_partials",
          SgconvCuda.sgconv_cuda_add_partials(
              parts,
              count,
              continued ? 1 : 0,
              in.input("partials", partials, Sizes.floatBytes("partials", 1, 1, parts, count)),
              in.output("sum", sum, Sizes.floatBytes("sum", 1, 1, 1, count)),
              use.address()));
    }
  }
}
