package org.sgconv.internal.cuda;

import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.CudaSpan;
import org.sgconv.bindings.CudaSynthesis;
import org.sgconv.spi.KernelOperands;
import org.sgconv.spi.KernelOperations;
import org.sgconv.tensor.Tensor;

/** Kernel synthesis on one stream. */
final class CudaKernels implements KernelOperations {

  private final GpuStream stream;
  private final CudaSynthesis synthesis;

  CudaKernels(GpuStream stream) {
    this.stream = stream;
    this.synthesis = new CudaSynthesis(stream.queue());
  }

  @Override
  public void norm(KernelOperands parameters) {
    stream.submit(
        "norm of kernel",
        parameters.geometry(),
        () -> {
          KernelSpans in = KernelSpans.of(stream, parameters);
          synthesis.kernelNorm(in.shape(), in.weights(), in.decay(), in.norm());
        });
  }

  @Override
  public void forward(KernelOperands parameters, Tensor kernel) {
    stream.submit(
        "kernel",
        parameters.geometry(),
        () -> {
          KernelSpans in = KernelSpans.of(stream, parameters);
          CudaSpan out = stream.span("kernel", kernel);
          synthesis.kernelForward(
              in.shape(), in.weights(), in.decay(), in.norm(), kernel.dim(2), out);
        });
  }

  @Override
  public void backward(
      KernelOperands parameters,
      Tensor gradKernel,
      Tensor gradWeights,
      @Nullable Tensor gradDecay) {
    stream.submit(
        "gradients of kernel",
        parameters.geometry(),
        () -> {
          KernelSpans in = KernelSpans.of(stream, parameters);
          synthesis.kernelBackward(
              in.shape(),
              in.weights(),
              in.decay(),
              in.norm(),
              gradKernel.dim(2),
              stream.span("gradKernel", gradKernel),
              stream.span("gradient of weights", gradWeights),
              stream.optionalSpan("gradient of decay", gradDecay));
        });
  }
}
