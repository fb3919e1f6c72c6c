package org.sgconv.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.cuda.SgconvCuda;
import org.sgconv.bindings.cuda.sgconv_convolution_geometry;
import org.sgconv.bindings.cuda.sgconv_cuda_rows;

/**
 * Submits the steps of long convolutions to one stream, as {@code sgconv/cuda.h} describes them;
 * every argument is checked. Signals are whole tensors, (B, H, L) or (B, C·H, L); complex rows are
 * those of the call.
 */
public final class CudaConvolution {

  private final CudaSubmission submission;
  private final MemorySegment struct = Arena.ofAuto().allocate(sgconv_cuda_rows.layout());
  private final MemorySegment geometry =
      Arena.ofAuto().allocate(sgconv_convolution_geometry.layout());

  /** Convolution on this stream. */
  public CudaConvolution(CudaStream stream) {
    this.submission = new CudaSubmission(stream);
  }

  /** Places rows [first, first + count) of kernel (C', H, L) and skip (C, H) in the spectrum. */
  public void place(
      ConvolutionShape shape,
      long size,
      long first,
      long count,
      CudaSpan kernel,
      @Nullable CudaSpan skip,
      CudaSpan spectrum) {
    submission.submit(
        "sgconv_cuda_kernel_place",
        (in, queue) -> {
          MemorySegment k = in.floats("kernel", kernel, shape.kernelBytes());
          MemorySegment d = in.optionalFloats("skip", skip, shape.skipBytes());
          MemorySegment s = in.floats("spectrum", spectrum, CudaRows.spectrumBytes(shape, size));
          shape.write(geometry);
          return SgconvCuda.sgconv_cuda_kernel_place(geometry, size, first, count, k, d, s, queue);
        });
  }

  /**
   * z = w · (gate · signal).
   *
   * @param head −1 for a signal (B, H, L), else the head of a signal (B, C·H, L)
   */
  public void twist(
      CudaRows rows,
      int head,
      CudaElement element,
      CudaSpan signal,
      @Nullable CudaSpan gate,
      CudaSpan z) {
    submission.submit(
        "sgconv_cuda_twist",
        (in, queue) -> {
          MemorySegment u = in.signal("signal", signal, element, signalElements(rows, head));
          MemorySegment g = in.optionalSignal("gate", gate, element, rows.elements());
          MemorySegment out = in.floats("z", z, rows.complexBytes());
          rows.write(struct);
          return SgconvCuda.sgconv_cuda_twist(struct, head, element.code(), u, g, out, queue);
        });
  }

  /** y = gate · Re(conj(w) · z) / N, and product = factor · Re(conj(w) · z) / N. */
  public void untwist(
      CudaRows rows,
      int head,
      CudaElement element,
      CudaSpan z,
      @Nullable CudaSpan gate,
      @Nullable CudaSpan factor,
      @Nullable CudaSpan y,
      @Nullable CudaSpan product) {
    submission.submit(
        "sgconv_cuda_untwist",
        (in, queue) -> {
          MemorySegment values = in.floats("z", z, rows.complexBytes());
          MemorySegment g = in.optionalSignal("gate", gate, element, rows.elements());
          MemorySegment f = in.optionalSignal("factor", factor, element, rows.elements());
          MemorySegment out = in.optionalSignal("y", y, element, signalElements(rows, head));
          MemorySegment p = in.optionalSignal("product", product, element, rows.elements());
          rows.write(struct);
          return SgconvCuda.sgconv_cuda_untwist(
              struct, head, element.code(), values, g, f, out, p, queue);
        });
  }

  /** Adds a head's part to the gradient of the gate after the convolution. */
  public void gateGradient(
      CudaRows rows,
      int head,
      CudaElement element,
      CudaSpan z,
      CudaSpan dy,
      @Nullable CudaSpan sum,
      CudaSpan dpost) {
    submission.submit(
        "sgconv_cuda_gate_gradient",
        (in, queue) -> {
          MemorySegment values = in.floats("z", z, rows.complexBytes());
          MemorySegment d = in.signal("dy", dy, element, signalElements(rows, head));
          MemorySegment s = in.optionalFloats("sum", sum, rows.sumBytes());
          MemorySegment out = in.signal("dpost", dpost, element, rows.elements());
          rows.write(struct);
          return SgconvCuda.sgconv_cuda_gate_gradient(
              struct, head, element.code(), values, d, s, out, queue);
        });
  }

  /** out = z · K; out may be z. */
  public void multiply(CudaRows rows, int head, CudaSpan spectrum, CudaSpan z, CudaSpan out) {
    submission.submit(
        "sgconv_cuda_spectrum_multiply",
        (in, queue) -> {
          MemorySegment k = in.floats("spectrum", spectrum, rows.spectrumBytes());
          MemorySegment values = in.floats("z", z, rows.complexBytes());
          MemorySegment product = in.floats("out", out, rows.complexBytes());
          rows.write(struct);
          return SgconvCuda.sgconv_cuda_spectrum_multiply(struct, head, k, values, product, queue);
        });
  }

  /** input = conj(K) · g and kernel = Σ conj(x) · g, each added to what is there but the first. */
  public void spectrumBackward(
      CudaRows rows,
      int head,
      CudaSpan spectrum,
      @Nullable CudaSpan x,
      CudaSpan g,
      @Nullable CudaSpan input,
      @Nullable CudaSpan kernel) {
    submission.submit(
        "sgconv_cuda_spectrum_backward",
        (in, queue) -> {
          MemorySegment k = in.floats("spectrum", spectrum, rows.spectrumBytes());
          MemorySegment signal = in.optionalFloats("x", x, rows.complexBytes());
          MemorySegment gradient = in.floats("g", g, rows.complexBytes());
          MemorySegment du = in.optionalFloats("input", input, rows.complexBytes());
          MemorySegment dk = in.optionalFloats("kernel", kernel, rows.kernelRowBytes());
          rows.write(struct);
          return SgconvCuda.sgconv_cuda_spectrum_backward(
              struct, head, k, signal, gradient, du, dk, queue);
        });
  }

  /** Reads dk (C', H, L) and dskip (C, H) of a head from the transformed correlation. */
  public void kernelGradient(
      CudaRows rows,
      int head,
      CudaSpan correlation,
      @Nullable CudaSpan dk,
      @Nullable CudaSpan dskip) {
    submission.submit(
        "sgconv_cuda_kernel_gradient",
        (in, queue) -> {
          ConvolutionShape shape = rows.shape();
          MemorySegment values = in.floats("correlation", correlation, rows.kernelRowBytes());
          MemorySegment kernel = in.optionalFloats("dk", dk, shape.kernelBytes());
          MemorySegment skip = in.optionalFloats("dskip", dskip, shape.skipBytes());
          rows.write(struct);
          return SgconvCuda.sgconv_cuda_kernel_gradient(
              struct, shape.mode().code(), head, values, kernel, skip, queue);
        });
  }

  private static long signalElements(CudaRows rows, int head) {
    return head < 0 ? rows.elements() : rows.outputElements();
  }
}
