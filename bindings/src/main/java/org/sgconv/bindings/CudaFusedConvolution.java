package org.sgconv.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.common.sgconv_convolution_geometry;
import org.sgconv.bindings.common.sgconv_kernel_geometry;
import org.sgconv.bindings.cuda.SgconvCuda;
import org.sgconv.bindings.cuda.sgconv_cuda_rows;

/**
 * Submits fused convolutions to one stream, as {@code sgconv/cuda.h} describes them; every argument
 * is checked. Signals are whole tensors, (B, H, L) or (B, C·H, L).
 */
public final class CudaFusedConvolution {

  private final CudaSubmission submission;
  private final MemorySegment struct = Arena.ofAuto().allocate(sgconv_cuda_rows.layout());
  private final MemorySegment geometry =
      Arena.ofAuto().allocate(sgconv_convolution_geometry.layout());
  private final MemorySegment kernelGeometry =
      Arena.ofAuto().allocate(sgconv_kernel_geometry.layout());

  /** Convolution on this stream. */
  public CudaFusedConvolution(CudaStream stream) {
    this.submission = new CudaSubmission(stream);
  }

  /** Gradients that a backward pass writes; null is not wanted. */
  public record Targets(@Nullable CudaSpan du, @Nullable CudaSpan dpre, @Nullable CudaSpan dpost) {}

  /**
   * Smallest size for signals of this length; none if they are too long for the stream's device.
   *
   * @param length L ≥ 1, in samples
   */
  public OptionalLong size(long length) {
    try {
      return OptionalLong.of(
          submission.ask(
              "sgconv_cuda_fused_size",
              number -> SgconvCuda.sgconv_cuda_fused_size(length, number)));
    } catch (NativeStatusException e) {
      if (e.status() == NativeStatus.UNSUPPORTED) {
        return OptionalLong.empty();
      }
      throw e;
    }
  }

  /** Whether fused is the faster path for such signals, by the library's table for the device. */
  public boolean isFaster(long length, CudaElement element) {
    int path =
        submission.choose(
            "sgconv_cuda_choose_path",
            choice -> SgconvCuda.sgconv_cuda_choose_path(length, element.code(), choice));
    return path == SgconvCuda.SGCONV_PATH_FUSED();
  }

  /** Makes the spectrum (C, H, N) from kernel (C', H, L) and skip (C, H). */
  public void prepare(
      ConvolutionShape shape,
      long size,
      CudaSpan kernel,
      @Nullable CudaSpan skip,
      CudaSpan spectrum) {
    submission.submit(
        "sgconv_cuda_fused_prepare",
        (in, queue) -> {
          MemorySegment k = in.input("kernel", kernel, shape.kernelBytes(), Float.BYTES);
          MemorySegment d = in.optionalInput("skip", skip, shape.skipBytes(), Float.BYTES);
          MemorySegment s =
              in.input("spectrum", spectrum, CudaRows.spectrumBytes(shape, size), Float.BYTES);
          shape.write(geometry);
          long rows = Math.multiplyExact(shape.heads(), shape.hidden());
          return SgconvCuda.sgconv_cuda_fused_prepare(geometry, size, 0, rows, k, d, s, queue);
        });
  }

  /**
   * As {@link #prepare}, from the parameters of the kernel, which is written to {@code kernel} only
   * if that is not null.
   *
   * @param kernels C' and H of {@code shape}
   * @param weights (S, C', H, d)
   * @param decay (H)
   * @param norm (C', H)
   */
  public void synthesize(
      KernelShape kernels,
      ConvolutionShape shape,
      long size,
      CudaSpan weights,
      CudaSpan decay,
      CudaSpan norm,
      @Nullable CudaSpan skip,
      @Nullable CudaSpan kernel,
      CudaSpan spectrum) {
    submission.submit(
        "sgconv_cuda_fused_synthesize",
        (in, queue) -> {
          MemorySegment w = in.input("weights", weights, kernels.weightBytes(), Float.BYTES);
          MemorySegment m = in.input("decay", decay, kernels.decayBytes(), Float.BYTES);
          MemorySegment z = in.input("norm", norm, kernels.normBytes(), Float.BYTES);
          MemorySegment d = in.optionalInput("skip", skip, shape.skipBytes(), Float.BYTES);
          MemorySegment k = in.optionalInput("kernel", kernel, shape.kernelBytes(), Float.BYTES);
          MemorySegment s =
              in.input("spectrum", spectrum, CudaRows.spectrumBytes(shape, size), Float.BYTES);
          kernels.write(kernelGeometry);
          shape.write(geometry);
          long rows = Math.multiplyExact(shape.heads(), shape.hidden());
          return SgconvCuda.sgconv_cuda_fused_synthesize(
              kernelGeometry, geometry, size, 0, rows, w, m, z, d, k, s, queue);
        });
  }

  /** Bytes of workspace with which these rows are fastest; 0 where one block takes a row. */
  public long forwardBytes(CudaRows rows) {
    return submission.ask(
        "sgconv_cuda_fused_forward_workspace",
        bytes -> {
          rows.write(struct);
          return SgconvCuda.sgconv_cuda_fused_forward_workspace(struct, bytes);
        });
  }

  /**
   * y = post · (conv(pre · u, kernel) + D · pre · u), all heads.
   *
   * @param workspace at least {@link #forwardBytes} of one row of one signal; null if that is 0
   */
  public void forward(
      CudaRows rows,
      CudaElement element,
      CudaSpan spectrum,
      CudaSpan u,
      @Nullable CudaSpan pre,
      @Nullable CudaSpan post,
      CudaSpan y,
      @Nullable CudaSpan workspace) {
    submission.submit(
        "sgconv_cuda_fused_forward",
        (in, queue) -> {
          MemorySegment k = in.input("spectrum", spectrum, rows.spectrumBytes(), Float.BYTES);
          MemorySegment signal =
              in.input("u", u, rows.elements() * element.bytes(), element.bytes());
          MemorySegment before =
              in.optionalInput("pre", pre, rows.elements() * element.bytes(), element.bytes());
          MemorySegment after =
              in.optionalInput("post", post, rows.elements() * element.bytes(), element.bytes());
          MemorySegment out =
              in.output("y", y, rows.outputElements() * element.bytes(), element.bytes());
          MemorySegment scratch = in.scratch("workspace", workspace, 0, Float.BYTES);
          long bytes = workspace == null ? 0 : workspace.byteSize();
          rows.write(struct);
          return SgconvCuda.sgconv_cuda_fused_forward(
              struct, element.code(), k, signal, before, after, out, scratch, bytes, queue);
        });
  }

  /**
   * Bytes of workspace of a backward pass over such rows. Where a block does not take a whole row,
   * that of a smaller batch will do as well.
   *
   * @param kernel whether the kernel's gradients are wanted
   * @param dpost whether that gate's gradient is
   */
  public long backwardBytes(CudaRows rows, boolean kernel, boolean dpost) {
    return submission.ask(
        "sgconv_cuda_fused_backward_workspace",
        bytes -> {
          rows.write(struct);
          return SgconvCuda.sgconv_cuda_fused_backward_workspace(
              struct, rows.batch(), kernel ? 1 : 0, dpost ? 1 : 0, bytes);
        });
  }

  /**
   * Gradients of the signal and the gates, and the sums for {@link #kernelGradient}. Parts of the
   * same rows of each signal come in the order of the batch, with one workspace.
   *
   * @param kernel whether the kernel's gradients will be asked for
   * @param workspace of {@link #backwardBytes}; null if that is 0
   */
  public void backward(
      CudaRows rows,
      CudaElement element,
      boolean kernel,
      CudaSpan spectrum,
      CudaSpan u,
      @Nullable CudaSpan pre,
      @Nullable CudaSpan post,
      CudaSpan dy,
      Targets targets,
      @Nullable CudaSpan workspace) {
    submission.submit(
        "sgconv_cuda_fused_backward",
        (in, queue) -> {
          MemorySegment k = in.input("spectrum", spectrum, rows.spectrumBytes(), Float.BYTES);
          MemorySegment signal =
              in.input("u", u, rows.elements() * element.bytes(), element.bytes());
          MemorySegment before =
              in.optionalInput("pre", pre, rows.elements() * element.bytes(), element.bytes());
          MemorySegment after =
              in.optionalInput("post", post, rows.elements() * element.bytes(), element.bytes());
          MemorySegment gradient =
              in.input("dy", dy, rows.outputElements() * element.bytes(), element.bytes());
          MemorySegment du =
              in.optionalOutput(
                  "du", targets.du(), rows.elements() * element.bytes(), element.bytes());
          MemorySegment dpre =
              in.optionalOutput(
                  "dpre", targets.dpre(), rows.elements() * element.bytes(), element.bytes());
          MemorySegment dpost =
              in.optionalOutput(
                  "dpost", targets.dpost(), rows.elements() * element.bytes(), element.bytes());
          MemorySegment scratch = in.scratch("workspace", workspace, 0, Float.BYTES);
          long bytes = workspace == null ? 0 : workspace.byteSize();
          rows.write(struct);
          return SgconvCuda.sgconv_cuda_fused_backward(
              struct,
              rows.batch(),
              element.code(),
              kernel ? 1 : 0,
              k,
              signal,
              before,
              after,
              gradient,
              du,
              dpre,
              dpost,
              scratch,
              bytes,
              queue);
        });
  }

  /** Adds up what {@link #backward} left: dk (C', H, L) and dskip (C, H) of these rows. */
  public void kernelGradient(
      CudaRows rows, CudaSpan workspace, @Nullable CudaSpan dk, @Nullable CudaSpan dskip) {
    submission.submit(
        "sgconv_cuda_fused_kernel_gradient",
        (in, queue) -> {
          ConvolutionShape shape = rows.shape();
          MemorySegment scratch = in.scratch("workspace", workspace, 0, Float.BYTES);
          long bytes = workspace.byteSize();
          MemorySegment kernel = in.optionalOutput("dk", dk, shape.kernelBytes(), Float.BYTES);
          MemorySegment skip = in.optionalOutput("dskip", dskip, shape.skipBytes(), Float.BYTES);
          rows.write(struct);
          return SgconvCuda.sgconv_cuda_fused_kernel_gradient(
              struct, rows.batch(), shape.mode().code(), scratch, bytes, kernel, skip, queue);
        });
  }
}
