package org.sgconv.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.common.sgconv_kernel_geometry;
import org.sgconv.bindings.cuda.SgconvCuda;

/** Kernel synthesis on one stream, to which calls are submitted; every argument is checked. */
public final class CudaSynthesis {

  private static final long FLOAT = Float.BYTES;

  private final CudaStream stream;
  private final CallArguments arguments;
  private final MemorySegment geometry = Arena.ofAuto().allocate(sgconv_kernel_geometry.layout());

  /** Synthesis on this stream. */
  public CudaSynthesis(CudaStream stream) {
    this.stream = stream;
    this.arguments = new CallArguments(stream);
  }

  /** Writes the L2 norms (C', H) of the kernels over their full length. */
  public void kernelNorm(KernelShape shape, CudaSpan weights, CudaSpan decay, CudaSpan norm) {
    try (NativeHandle.Use use = stream.use()) {
      CallArguments in = arguments.of("sgconv_cuda_kernel_norm");
      shape.write(geometry);
      NativeResult.cuda(
          "sgconv_cuda_kernel_norm",
          SgconvCuda.sgconv_cuda_kernel_norm(
              geometry,
              in.input("weights", weights, shape.weightBytes(), FLOAT),
              in.input("decay", decay, shape.decayBytes(), FLOAT),
              in.output("norm", norm, shape.normBytes(), FLOAT),
              use.address()));
    }
  }

  /** Writes the normalized kernel (C', H, length). */
  public void kernelForward(
      KernelShape shape,
      CudaSpan weights,
      CudaSpan decay,
      CudaSpan norm,
      long length,
      CudaSpan kernel) {
    try (NativeHandle.Use use = stream.use()) {
      CallArguments in = arguments.of("sgconv_cuda_kernel_forward");
      shape.write(geometry);
      NativeResult.cuda(
          "sgconv_cuda_kernel_forward",
          SgconvCuda.sgconv_cuda_kernel_forward(
              geometry,
              in.input("weights", weights, shape.weightBytes(), FLOAT),
              in.input("decay", decay, shape.decayBytes(), FLOAT),
              in.input("norm", norm, shape.normBytes(), FLOAT),
              length,
              in.output("kernel", kernel, shape.kernelBytes(length), FLOAT),
              use.address()));
    }
  }

  /** Writes the gradients of weights (S, C', H, d) and, for the power law, of decay (H). */
  public void kernelBackward(
      KernelShape shape,
      CudaSpan weights,
      CudaSpan decay,
      CudaSpan norm,
      long length,
      CudaSpan gradKernel,
      CudaSpan gradWeights,
      @Nullable CudaSpan gradDecay) {
    try (NativeHandle.Use use = stream.use()) {
      CallArguments in = arguments.of("sgconv_cuda_kernel_backward");
      shape.write(geometry);
      NativeResult.cuda(
          "sgconv_cuda_kernel_backward",
          SgconvCuda.sgconv_cuda_kernel_backward(
              geometry,
              in.input("weights", weights, shape.weightBytes(), FLOAT),
              in.input("decay", decay, shape.decayBytes(), FLOAT),
              in.input("norm", norm, shape.normBytes(), FLOAT),
              length,
              in.input("gradKernel", gradKernel, shape.kernelBytes(length), FLOAT),
              in.output("gradWeights", gradWeights, shape.weightBytes(), FLOAT),
              in.optionalOutput("gradDecay", gradDecay, shape.decayBytes(), FLOAT),
              use.address()));
    }
  }
}
