package org.sgconv.internal.cuda;

import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.CudaSynthesis;
import org.sgconv.internal.boundary.Shapes;
import org.sgconv.spi.KernelGeometry;
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
  public void norm(KernelGeometry geometry, Tensor weights, Tensor decay, Tensor norm) {
    stream.submit(
        "norm of kernel",
        geometry,
        () ->
            synthesis.norm(
                Shapes.of(geometry),
                stream.span("weights", weights),
                stream.span("decay", decay),
                stream.span("norm", norm)));
  }

  @Override
  public void forward(
      KernelGeometry geometry, Tensor weights, Tensor decay, Tensor norm, Tensor kernel) {
    stream.submit(
        "kernel",
        geometry,
        () ->
            synthesis.forward(
                Shapes.of(geometry),
                stream.span("weights", weights),
                stream.span("decay", decay),
                stream.span("norm", norm),
                kernel.dim(2),
                stream.span("kernel", kernel)));
  }

  @Override
  public void backward(
      KernelGeometry geometry,
      Tensor weights,
      Tensor decay,
      Tensor norm,
      Tensor gradKernel,
      Tensor gradWeights,
      @Nullable Tensor gradDecay) {
    stream.submit(
        "gradients of kernel",
        geometry,
        () ->
            synthesis.backward(
                Shapes.of(geometry),
                stream.span("weights", weights),
                stream.span("decay", decay),
                stream.span("norm", norm),
                gradKernel.dim(2),
                stream.span("gradKernel", gradKernel),
                stream.span("gradient of weights", gradWeights),
                stream.optionalSpan("gradient of decay", gradDecay)));
  }
}
