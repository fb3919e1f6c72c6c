package org.sgconv.internal.cpu;

import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.CpuContext;
import org.sgconv.bindings.KernelShape;
import org.sgconv.internal.boundary.KernelShapes;
import org.sgconv.internal.boundary.NativeFailures;
import org.sgconv.spi.KernelGeometry;
import org.sgconv.spi.KernelOperands;
import org.sgconv.spi.KernelOperations;
import org.sgconv.tensor.HostMemory;
import org.sgconv.tensor.Tensor;

/** Kernel synthesis on one context. */
final class CpuKernels implements KernelOperations {

  private final CpuContext context;
  private final KernelShapes shapes = new KernelShapes();

  CpuKernels(CpuContext context) {
    this.context = context;
  }

  @Override
  public void norm(KernelOperands in) {
    KernelGeometry geometry = in.geometry();
    long bytes = 0;
    try {
      KernelShape shape = shapes.of(geometry);
      bytes = reserve(geometry, shape, 0);
      context.kernelNorm(shape, in.weights().segment(), in.decay().segment(), in.norm().segment());
    } catch (RuntimeException e) {
      throw NativeFailures.translate(CpuBackend.NAME, "norm of kernel " + geometry, e);
    } finally {
      HostMemory.release(bytes);
    }
  }

  @Override
  public void forward(KernelOperands in, Tensor kernel) {
    KernelGeometry geometry = in.geometry();
    long bytes = 0;
    try {
      KernelShape shape = shapes.of(geometry);
      bytes = reserve(geometry, shape, kernel.dim(2));
      context.kernelForward(
          shape,
          in.weights().segment(),
          in.decay().segment(),
          in.norm().segment(),
          kernel.dim(2),
          kernel.segment());
    } catch (RuntimeException e) {
      throw NativeFailures.translate(CpuBackend.NAME, "kernel " + geometry, e);
    } finally {
      HostMemory.release(bytes);
    }
  }

  @Override
  public void backward(
      KernelOperands in, Tensor gradKernel, Tensor gradWeights, @Nullable Tensor gradDecay) {
    KernelGeometry geometry = in.geometry();
    long bytes = 0;
    try {
      KernelShape shape = shapes.of(geometry);
      bytes = reserve(geometry, shape, gradKernel.dim(2));
      context.kernelBackward(
          shape,
          in.weights().segment(),
          in.decay().segment(),
          in.norm().segment(),
          gradKernel.dim(2),
          gradKernel.segment(),
          gradWeights.segment(),
          gradDecay == null ? null : gradDecay.segment());
    } catch (RuntimeException e) {
      throw NativeFailures.translate(CpuBackend.NAME, "gradients of kernel " + geometry, e);
    } finally {
      HostMemory.release(bytes);
    }
  }

  /** The norm by the geometric law is a sum over weights where pieces lie side by side. */
  @Override
  public long normLags(KernelGeometry geometry) {
    return geometry.hasClosedNorm() ? 0 : geometry.totalLags();
  }

  /** Counts what a call takes while it runs, and returns that: the caller releases it. */
  private long reserve(KernelGeometry geometry, KernelShape shape, long length) {
    long bytes = context.kernelMemory(shape, length);
    HostMemory.reserve(geometry, bytes);
    return bytes;
  }
}
