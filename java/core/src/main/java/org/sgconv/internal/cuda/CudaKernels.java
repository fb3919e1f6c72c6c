package org.sgconv.internal.cuda;

import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.CudaSpan;
import org.sgconv.bindings.CudaSynthesis;
import org.sgconv.bindings.KernelShape;
import org.sgconv.bindings.NativeHandle;
import org.sgconv.internal.boundary.KernelShapes;
import org.sgconv.spi.KernelGeometry;
import org.sgconv.spi.KernelOperands;
import org.sgconv.spi.KernelOperations;
import org.sgconv.tensor.Tensor;

/** Kernel synthesis on one stream. */
final class CudaKernels implements KernelOperations {

  private final GpuStream stream;
  private final CudaSynthesis synthesis;
  private final KernelShapes shapes = new KernelShapes();

  CudaKernels(GpuStream stream) {
    this.stream = stream;
    this.synthesis = new CudaSynthesis(stream.queue());
  }

  @Override
  public void norm(KernelOperands in) {
    try (NativeHandle.Use _ = stream.queue().hold()) {
      synthesis.kernelNorm(
          shape(in.geometry()),
          stream.span("weights", in.weights()),
          stream.span("decay", in.decay()),
          stream.span("norm", in.norm()));
    } catch (RuntimeException e) {
      throw CudaFailures.translate("norm of kernel " + in.geometry(), e);
    }
  }

  @Override
  public void forward(KernelOperands in, Tensor kernel) {
    try (NativeHandle.Use _ = stream.queue().hold()) {
      submitForward(in, kernel.dim(2), stream.span("kernel", kernel));
    } catch (RuntimeException e) {
      throw CudaFailures.translate("kernel " + in.geometry(), e);
    }
  }

  @Override
  public void backward(
      KernelOperands in, Tensor gradKernel, Tensor gradWeights, @Nullable Tensor gradDecay) {
    try (NativeHandle.Use _ = stream.queue().hold()) {
      synthesis.kernelBackward(
          shape(in.geometry()),
          stream.span("weights", in.weights()),
          stream.span("decay", in.decay()),
          stream.span("norm", in.norm()),
          gradKernel.dim(2),
          stream.span("gradKernel", gradKernel),
          stream.span("gradient of weights", gradWeights),
          stream.optionalSpan("gradient of decay", gradDecay));
    } catch (RuntimeException e) {
      throw CudaFailures.translate("gradients of kernel " + in.geometry(), e);
    }
  }

  /** Submits the synthesis of a kernel (C',H,length). Call under the stream's lock. */
  void submitForward(KernelOperands in, long length, CudaSpan kernel) {
    synthesis.kernelForward(
        shape(in.geometry()),
        stream.span("weights", in.weights()),
        stream.span("decay", in.decay()),
        stream.span("norm", in.norm()),
        length,
        kernel);
  }

  /** The geometry in the library's words. */
  KernelShape shape(KernelGeometry geometry) {
    return shapes.of(geometry);
  }
}
