package org.sgconv.internal.cpu;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.CpuContext;
import org.sgconv.bindings.CpuElement;
import org.sgconv.bindings.KernelShape;
import org.sgconv.internal.boundary.KernelShapes;
import org.sgconv.internal.boundary.NativeFailures;
import org.sgconv.spi.HeldMemory;
import org.sgconv.spi.KernelGeometry;
import org.sgconv.spi.KernelOperands;
import org.sgconv.spi.KernelOperations;
import org.sgconv.tensor.HostMemory;
import org.sgconv.tensor.Tensor;

/** Kernel synthesis on one context. */
final class CpuKernels implements KernelOperations {

  private final CpuContext context;
  private final KernelShapes shapes = new KernelShapes();

  /** Calls on one context run one after another anyway. */
  private final ReentrantLock lock = new ReentrantLock();

  /** Of the one call that runs, under the lock. */
  private final HeldMemory held = new HeldMemory();

  CpuKernels(CpuContext context) {
    this.context = context;
  }

  @Override
  public void norm(KernelOperands in) {
    KernelGeometry geometry = in.geometry();
    long bytes = 0;
    lock.lock();
    try (HeldMemory memory = held) {
      KernelShape shape = shapes.of(geometry);
      CpuElement element = element(in);
      bytes = reserve(geometry, shape, element, 0);
      context.kernelNorm(
          shape, element, memory.of(in.weights()), memory.of(in.decay()), memory.of(in.norm()));
    } catch (RuntimeException e) {
      throw NativeFailures.translate(CpuBackend.NAME, "norm of kernel " + geometry, e);
    } finally {
      lock.unlock();
      HostMemory.release(bytes);
    }
  }

  @Override
  public void forward(KernelOperands in, Tensor kernel) {
    KernelGeometry geometry = in.geometry();
    long bytes = 0;
    lock.lock();
    try (HeldMemory memory = held) {
      KernelShape shape = shapes.of(geometry);
      CpuElement element = element(in);
      bytes = reserve(geometry, shape, element, kernel.dim(2));
      context.kernelForward(
          shape,
          element,
          memory.of(in.weights()),
          memory.of(in.decay()),
          memory.of(in.norm()),
          kernel.dim(2),
          memory.of(kernel));
    } catch (RuntimeException e) {
      throw NativeFailures.translate(CpuBackend.NAME, "kernel " + geometry, e);
    } finally {
      lock.unlock();
      HostMemory.release(bytes);
    }
  }

  @Override
  public void backward(
      KernelOperands in, Tensor gradKernel, Tensor gradWeights, @Nullable Tensor gradDecay) {
    KernelGeometry geometry = in.geometry();
    long bytes = 0;
    lock.lock();
    try (HeldMemory memory = held) {
      KernelShape shape = shapes.of(geometry);
      CpuElement element = element(in);
      bytes = reserve(geometry, shape, element, gradKernel.dim(2));
      context.kernelBackward(
          shape,
          element,
          memory.of(in.weights()),
          memory.of(in.decay()),
          memory.of(in.norm()),
          gradKernel.dim(2),
          memory.of(gradKernel),
          memory.of(gradWeights),
          memory.ofOptional(gradDecay));
    } catch (RuntimeException e) {
      throw NativeFailures.translate(CpuBackend.NAME, "gradients of kernel " + geometry, e);
    } finally {
      lock.unlock();
      HostMemory.release(bytes);
    }
  }

  /** The norm by the geometric law is a sum over weights where pieces lie side by side. */
  @Override
  public long normLags(KernelGeometry geometry) {
    return geometry.hasClosedNorm() ? 0 : geometry.totalLags();
  }

  /** Of all parameters, and of what is made of them. */
  private static CpuElement element(KernelOperands in) {
    return CpuElements.of(in.weights().type());
  }

  /** Counts what a call takes while it runs, and returns that: the caller releases it. */
  private long reserve(
      KernelGeometry geometry, KernelShape shape, CpuElement element, long length) {
    long bytes = context.kernelMemory(shape, element, length);
    HostMemory.reserve(geometry, bytes);
    return bytes;
  }
}
