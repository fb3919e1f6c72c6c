package org.sgconv.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.common.sgconv_kernel_geometry;
import org.sgconv.bindings.cpu.SgconvCpu;
import org.sgconv.bindings.process.HeldBytes;

/**
 * A thread pool of the CPU library, the kernel synthesis on it and what layers compute. Calls from
 * several threads run one after another; {@link #close} waits for the one that runs.
 */
public final class CpuContext implements AutoCloseable {

  private final CallArguments arguments = new CallArguments();
  private final Arena arena = Arena.ofAuto();
  private final MemorySegment geometry = arena.allocate(sgconv_kernel_geometry.layout());
  private final MemorySegment size = arena.allocate(ValueLayout.JAVA_LONG);
  private final int threads;
  private final NativeHandle handle;
  private final CpuElementwise elementwise;
  private final CpuLinear linear;
  private final CpuNorms norms;
  private final CpuSequences sequences;

  CpuContext(MemorySegment handle) {
    this.handle =
        NativeHandle.closing("CpuContext", handle, SgconvCpu.sgconv_cpu_context_destroy$handle());
    MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
    NativeResult.cpu(
        "sgconv_cpu_context_threads", SgconvCpu.sgconv_cpu_context_threads(handle, count));
    this.threads = count.get(ValueLayout.JAVA_INT, 0);
    CpuFrame frame = new CpuFrame(this.handle, arguments);
    this.elementwise = new CpuElementwise(frame);
    this.linear = new CpuLinear(frame);
    this.norms = new CpuNorms(frame);
    this.sequences = new CpuSequences(frame);
  }

  /** Threads that compute, the calling one included. */
  public int threads() {
    return threads;
  }

  /** Makes linear maps use these products from now on. */
  public void use(MatrixProducts products) {
    try (NativeHandle.Use use = handle.use()) {
      NativeResult.cpu(
          "sgconv_cpu_context_set_products",
          SgconvCpu.sgconv_cpu_context_set_products(
              use.address(), products.sgemm(), products.dgemm()));
    }
  }

  /** What is computed element by element. */
  public CpuElementwise elementwise() {
    return elementwise;
  }

  /** Linear maps over channels. */
  public CpuLinear linear() {
    return linear;
  }

  /** Norms of signals. */
  public CpuNorms norms() {
    return norms;
  }

  /** Embeddings and pooling. */
  public CpuSequences sequences() {
    return sequences;
  }

  /** Writes the L2 norms (C', H) of the kernels over their full length. */
  public void kernelNorm(
      KernelShape shape,
      CpuElement element,
      MemorySegment weights,
      MemorySegment decay,
      MemorySegment norm) {
    try (NativeHandle.Use use = handle.use()) {
      CallArguments in = arguments.of("sgconv_cpu_kernel_norm", element);
      in.input("weights", weights, shape.weightBytes(element));
      in.input("decay", decay, shape.decayBytes(element));
      in.output("norm", norm, shape.normBytes(element));
      shape.write(geometry);
      NativeResult.cpu(
          "sgconv_cpu_kernel_norm",
          SgconvCpu.sgconv_cpu_kernel_norm(
              use.address(), geometry, element.code(), weights, decay, norm));
    }
  }

  /** Writes the normalized kernel (C', H, length). */
  public void kernelForward(
      KernelShape shape,
      CpuElement element,
      MemorySegment weights,
      MemorySegment decay,
      MemorySegment norm,
      long length,
      MemorySegment kernel) {
    try (NativeHandle.Use use = handle.use()) {
      CallArguments in = arguments.of("sgconv_cpu_kernel_forward", element);
      in.input("weights", weights, shape.weightBytes(element));
      in.input("decay", decay, shape.decayBytes(element));
      in.input("norm", norm, shape.normBytes(element));
      in.output("kernel", kernel, shape.kernelBytes(length, element));
      shape.write(geometry);
      NativeResult.cpu(
          "sgconv_cpu_kernel_forward",
          SgconvCpu.sgconv_cpu_kernel_forward(
              use.address(), geometry, element.code(), weights, decay, norm, length, kernel));
    }
  }

  /** Writes the gradients of weights (S, C', H, d) and, for the power law, of decay (H). */
  public void kernelBackward(
      KernelShape shape,
      CpuElement element,
      MemorySegment weights,
      MemorySegment decay,
      MemorySegment norm,
      long length,
      MemorySegment gradKernel,
      MemorySegment gradWeights,
      @Nullable MemorySegment gradDecay) {
    try (NativeHandle.Use use = handle.use()) {
      CallArguments in = arguments.of("sgconv_cpu_kernel_backward", element);
      in.input("weights", weights, shape.weightBytes(element));
      in.input("decay", decay, shape.decayBytes(element));
      in.input("norm", norm, shape.normBytes(element));
      in.input("gradKernel", gradKernel, shape.kernelBytes(length, element));
      in.output("gradWeights", gradWeights, shape.weightBytes(element));
      MemorySegment gradDecayOrNull =
          in.optionalOutput("gradDecay", gradDecay, shape.decayBytes(element));
      shape.write(geometry);
      NativeResult.cpu(
          "sgconv_cpu_kernel_backward",
          SgconvCpu.sgconv_cpu_kernel_backward(
              use.address(),
              geometry,
              element.code(),
              weights,
              decay,
              norm,
              length,
              gradKernel,
              gradWeights,
              gradDecayOrNull));
    }
  }

  /**
   * Bytes of host memory that {@link #kernelForward} or {@link #kernelBackward} of that length
   * takes while it runs, or {@link #kernelNorm} if the length is 0. Long.MAX_VALUE stands for more.
   */
  public long kernelMemory(KernelShape shape, CpuElement element, long length) {
    try (NativeHandle.Use use = handle.use()) {
      shape.write(geometry);
      NativeResult.cpu(
          "sgconv_cpu_kernel_memory",
          SgconvCpu.sgconv_cpu_kernel_memory(
              use.address(), geometry, element.code(), length, size));
      return size.get(ValueLayout.JAVA_LONG, 0);
    }
  }

  /** What a plan will take; takes no time or memory that grow with the shape itself. */
  public CpuPlanMemory planMemory(ConvolutionShape shape, CpuElement element) {
    try (NativeHandle.Use use = handle.use();
        Arena call = Arena.ofConfined()) {
      MemorySegment struct = shape.allocate(call);
      MemorySegment held = call.allocate(ValueLayout.JAVA_LONG);
      MemorySegment building = call.allocate(ValueLayout.JAVA_LONG);
      MemorySegment spectrum = call.allocate(ValueLayout.JAVA_LONG);
      NativeResult.cpu(
          "sgconv_cpu_plan_memory",
          SgconvCpu.sgconv_cpu_plan_memory(
              use.address(), struct, element.code(), held, building, spectrum));
      return new CpuPlanMemory(
          held.get(ValueLayout.JAVA_LONG, 0),
          building.get(ValueLayout.JAVA_LONG, 0),
          spectrum.get(ValueLayout.JAVA_LONG, 0));
    }
  }

  /**
   * A new plan; the caller closes it, before or after this context.
   *
   * @param heldBytes what {@link HeldBytes} counts for the plan; taken off once the plan is closed,
   *     or freed because it was lost, but not if making it fails
   */
  public CpuPlan createPlan(ConvolutionShape shape, CpuElement element, long heldBytes) {
    try (NativeHandle.Use use = handle.use();
        Arena call = Arena.ofConfined()) {
      MemorySegment struct = shape.allocate(call);
      MemorySegment plan = call.allocate(ValueLayout.ADDRESS);
      NativeResult.cpu(
          "sgconv_cpu_plan_create",
          SgconvCpu.sgconv_cpu_plan_create(use.address(), struct, element.code(), plan));
      return CpuPlan.of(shape, element, plan.get(ValueLayout.ADDRESS, 0), heldBytes);
    }
  }

  /** Ends the pool once its plans are closed too. */
  @Override
  public void close() {
    handle.close();
  }
}
