package org.sgconv.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.cpu.sgconv_convolution_geometry;
import org.sgconv.bindings.cpu.sgconv_kernel_geometry;
import org.sgconv.bindings.process.HeldBytes;

/**
 * A thread pool of the CPU library and the kernel synthesis on it. Calls from several threads run
 * one after another; {@link #close} waits for the one that runs.
 */
public final class CpuContext implements AutoCloseable {

  private final CallArguments arguments = new CallArguments();
  private final Arena arena = Arena.ofAuto();
  private final MemorySegment geometry = arena.allocate(sgconv_kernel_geometry.layout());
  private final MemorySegment size = arena.allocate(ValueLayout.JAVA_LONG);
  private final int threads;
  private final NativeHandle handle;

  CpuContext(MemorySegment handle) {
    this.handle = new NativeHandle("CpuContext", handle, CpuDowncalls.contextDestroy());
    MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
    CpuDowncalls.contextThreads(handle, count);
    this.threads = count.get(ValueLayout.JAVA_INT, 0);
  }

  /** Threads that compute, the calling one included. */
  public int threads() {
    return threads;
  }

  /** Writes the L2 norms (C', H) of the kernels over their full length. */
  public void kernelNorm(
      KernelShape shape, MemorySegment weights, MemorySegment decay, MemorySegment norm) {
    handle.lock().lock();
    try {
      MemorySegment context = handle.open();
      CallArguments in = arguments.of("sgconv_cpu_kernel_norm");
      in.input("weights", weights, shape.weightBytes());
      in.input("decay", decay, shape.decayBytes());
      in.output("norm", norm, shape.normBytes());
      shape.write(geometry);
      CpuDowncalls.kernelNorm(context, geometry, weights, decay, norm);
    } finally {
      handle.unlock();
    }
  }

  /** Writes the normalized kernel (C', H, length). */
  public void kernelForward(
      KernelShape shape,
      MemorySegment weights,
      MemorySegment decay,
      MemorySegment norm,
      long length,
      MemorySegment kernel) {
    handle.lock().lock();
    try {
      MemorySegment context = handle.open();
      CallArguments in = arguments.of("sgconv_cpu_kernel_forward");
      in.input("weights", weights, shape.weightBytes());
      in.input("decay", decay, shape.decayBytes());
      in.input("norm", norm, shape.normBytes());
      in.output("kernel", kernel, shape.kernelBytes(length));
      shape.write(geometry);
      CpuDowncalls.kernelForward(context, geometry, weights, decay, norm, length, kernel);
    } finally {
      handle.unlock();
    }
  }

  /** Writes the gradients of weights (S, C', H, d) and, for the power law, of decay (H). */
  public void kernelBackward(
      KernelShape shape,
      MemorySegment weights,
      MemorySegment decay,
      MemorySegment norm,
      long length,
      MemorySegment gradKernel,
      MemorySegment gradWeights,
      @Nullable MemorySegment gradDecay) {
    handle.lock().lock();
    try {
      MemorySegment context = handle.open();
      CallArguments in = arguments.of("sgconv_cpu_kernel_backward");
      in.input("weights", weights, shape.weightBytes());
      in.input("decay", decay, shape.decayBytes());
      in.input("norm", norm, shape.normBytes());
      in.input("gradKernel", gradKernel, shape.kernelBytes(length));
      in.output("gradWeights", gradWeights, shape.weightBytes());
      MemorySegment gradDecayOrNull = in.optionalOutput("gradDecay", gradDecay, shape.decayBytes());
      shape.write(geometry);
      CpuDowncalls.kernelBackward(
          context,
          geometry,
          weights,
          decay,
          norm,
          length,
          gradKernel,
          gradWeights,
          gradDecayOrNull);
    } finally {
      handle.unlock();
    }
  }

  /**
   * Bytes of host memory that {@link #kernelForward} or {@link #kernelBackward} of that length
   * takes while it runs, or {@link #kernelNorm} if the length is 0. Long.MAX_VALUE stands for more.
   */
  public long kernelMemory(KernelShape shape, long length) {
    handle.lock().lock();
    try {
      shape.write(geometry);
      CpuDowncalls.kernelMemory(handle.open(), geometry, length, size);
      return size.get(ValueLayout.JAVA_LONG, 0);
    } finally {
      handle.lock().unlock();
    }
  }

  /** What a plan will take; takes no time or memory that grow with the shape itself. */
  public CpuPlanMemory planMemory(ConvolutionShape shape) {
    handle.lock().lock();
    try (Arena call = Arena.ofConfined()) {
      MemorySegment struct = call.allocate(sgconv_convolution_geometry.layout());
      shape.write(struct);
      MemorySegment held = call.allocate(ValueLayout.JAVA_LONG);
      MemorySegment building = call.allocate(ValueLayout.JAVA_LONG);
      MemorySegment spectrum = call.allocate(ValueLayout.JAVA_LONG);
      CpuDowncalls.planMemory(handle.open(), struct, held, building, spectrum);
      return new CpuPlanMemory(
          held.get(ValueLayout.JAVA_LONG, 0),
          building.get(ValueLayout.JAVA_LONG, 0),
          spectrum.get(ValueLayout.JAVA_LONG, 0));
    } finally {
      handle.lock().unlock();
    }
  }

  /**
   * A new plan; the caller closes it, before or after this context.
   *
   * @param heldBytes what {@link HeldBytes} counts for the plan; taken off once the plan is closed,
   *     or freed because it was lost, but not if making it fails
   */
  public CpuPlan createPlan(ConvolutionShape shape, long heldBytes) {
    handle.lock().lock();
    try (Arena call = Arena.ofConfined()) {
      MemorySegment struct = call.allocate(sgconv_convolution_geometry.layout());
      shape.write(struct);
      MemorySegment plan = call.allocate(ValueLayout.ADDRESS);
      CpuDowncalls.planCreate(handle.open(), struct, plan);
      return new CpuPlan(shape, plan.get(ValueLayout.ADDRESS, 0), heldBytes);
    } finally {
      handle.unlock();
    }
  }

  /** Ends the pool once its plans are closed too. */
  @Override
  public void close() {
    handle.lock().lock();
    try {
      handle.close();
    } finally {
      handle.unlock();
    }
  }
}
