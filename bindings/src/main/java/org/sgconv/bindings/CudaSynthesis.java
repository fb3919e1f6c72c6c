package org.sgconv.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.cuda.SgconvCuda;
import org.sgconv.bindings.cuda.sgconv_kernel_geometry;

/** Submits kernel synthesis to one stream; every argument is checked. */
public final class CudaSynthesis {

  private final CudaSubmission submission;
  private final MemorySegment geometry = Arena.ofAuto().allocate(sgconv_kernel_geometry.layout());

  /** Synthesis on this stream. */
  public CudaSynthesis(CudaStream stream) {
    this.submission = new CudaSubmission(stream);
  }

  /** Writes the L2 norms (C', H) of the kernels over their full length. */
  public void norm(KernelShape shape, CudaSpan weights, CudaSpan decay, CudaSpan norm) {
    submission.submit(
        "sgconv_cuda_kernel_norm",
        (in, queue) -> {
          MemorySegment w = in.floats("weights", weights, shape.weightBytes());
          MemorySegment m = in.floats("decay", decay, shape.decayBytes());
          MemorySegment z = in.floats("norm", norm, shape.normBytes());
          shape.write(geometry);
          return SgconvCuda.sgconv_cuda_kernel_norm(geometry, w, m, z, queue);
        });
  }

  /** Writes the normalized kernel (C', H, length). */
  public void forward(
      KernelShape shape,
      CudaSpan weights,
      CudaSpan decay,
      CudaSpan norm,
      long length,
      CudaSpan kernel) {
    submission.submit(
        "sgconv_cuda_kernel_forward",
        (in, queue) -> {
          MemorySegment w = in.floats("weights", weights, shape.weightBytes());
          MemorySegment m = in.floats("decay", decay, shape.decayBytes());
          MemorySegment z = in.floats("norm", norm, shape.normBytes());
          MemorySegment k = in.floats("kernel", kernel, shape.kernelBytes(length));
          shape.write(geometry);
          return SgconvCuda.sgconv_cuda_kernel_forward(geometry, w, m, z, length, k, queue);
        });
  }

  /** Writes the gradients of weights (S, C', H, d) and, for the power law, of decay (H). */
  public void backward(
      KernelShape shape,
      CudaSpan weights,
      CudaSpan decay,
      CudaSpan norm,
      long length,
      CudaSpan gradKernel,
      CudaSpan gradWeights,
      @Nullable CudaSpan gradDecay) {
    submission.submit(
        "sgconv_cuda_kernel_backward",
        (in, queue) -> {
          MemorySegment w = in.floats("weights", weights, shape.weightBytes());
          MemorySegment m = in.floats("decay", decay, shape.decayBytes());
          MemorySegment z = in.floats("norm", norm, shape.normBytes());
          MemorySegment g = in.floats("gradKernel", gradKernel, shape.kernelBytes(length));
          MemorySegment dw = in.floats("gradWeights", gradWeights, shape.weightBytes());
          MemorySegment dm = in.optionalFloats("gradDecay", gradDecay, shape.decayBytes());
          shape.write(geometry);
          return SgconvCuda.sgconv_cuda_kernel_backward(
              geometry, w, m, z, length, g, dw, dm, queue);
        });
  }
}
