package org.sgconv.internal.cpu;

import java.util.concurrent.locks.ReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidArgumentException;
import org.sgconv.bindings.ConvolutionShape;
import org.sgconv.bindings.CpuContext;
import org.sgconv.bindings.CpuElement;
import org.sgconv.bindings.CpuPlan;
import org.sgconv.bindings.CpuPlanMemory;
import org.sgconv.bindings.CpuSpectrum;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.internal.boundary.NativeFailures;
import org.sgconv.internal.boundary.Shapes;
import org.sgconv.internal.boundary.SingleLock;
import org.sgconv.spi.BackwardOperands;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.spi.ConvolutionPlan;
import org.sgconv.spi.ForwardOperands;
import org.sgconv.spi.GradientTargets;
import org.sgconv.spi.HeldMemory;
import org.sgconv.spi.KernelOperands;
import org.sgconv.spi.KernelOperations;
import org.sgconv.spi.PlanSpectrum;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.HostMemory;
import org.sgconv.tensor.Tensor;

/** Convolutions of one geometry through a plan of the library. */
final class CpuConvolutionPlan implements ConvolutionPlan {

  private final ConvolutionGeometry geometry;
  private final DType type;
  private final CpuPlan plan;
  private final ReadWriteLock lock;
  private final KernelOperations operations;

  /** Of the one call that runs, under the lock. */
  private final HeldMemory held = new HeldMemory();

  /** A kernel (C',H,K) that nobody asked to see: from the first synthesis until the plan ends. */
  private @Nullable Tensor scratch;

  private CpuConvolutionPlan(
      ConvolutionGeometry geometry, DType type, CpuPlan plan, KernelOperations operations) {
    this.geometry = geometry;
    this.type = type;
    this.plan = plan;
    this.lock = new SingleLock(plan.lock());
    this.operations = operations;
  }

  /**
   * A plan whose memory is counted before anything is computed, with what making it takes besides
   * and with one spectrum, without which it would be of no use.
   */
  static CpuConvolutionPlan create(
      ConvolutionGeometry geometry, DType type, CpuContext context, KernelOperations operations) {
    ConvolutionShape shape = Shapes.of(geometry);
    CpuElement element = CpuElements.of(type);
    CpuPlanMemory memory = context.planMemory(shape, element);
    long held = memory.held();
    long passing = saturatedSum(memory.building(), memory.spectrum());
    HostMemory.reserve("a plan and a spectrum for " + geometry, saturatedSum(held, passing));
    try (Closer undo = Closer.onFailure()) {
      undo.add(() -> HostMemory.release(held));
      CpuPlan plan = context.createPlan(shape, element, held);
      undo.keep();
      return new CpuConvolutionPlan(geometry, type, plan, operations);
    } finally {
      HostMemory.release(passing);
    }
  }

  /** Of numbers that are at least 0. */
  private static long saturatedSum(long a, long b) {
    return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
  }

  @Override
  public ReadWriteLock lock() {
    return lock;
  }

  @Override
  public long spectrumBytes() {
    return plan.spectrumBytes();
  }

  @Override
  public PlanSpectrum createSpectrum() {
    try {
      return CpuPlanSpectrum.allocate(plan, type);
    } catch (RuntimeException e) {
      throw NativeFailures.translate(CpuBackend.NAME, "a spectrum of " + geometry, e);
    }
  }

  @Override
  public void prepare(Tensor kernel, @Nullable Tensor skip, PlanSpectrum spectrum) {
    try (HeldMemory memory = held) {
      plan.prepare(memory.of(kernel), memory.ofOptional(skip), own(spectrum));
    } catch (RuntimeException e) {
      throw NativeFailures.translate(CpuBackend.NAME, "a spectrum of " + geometry, e);
    }
  }

  @Override
  public void synthesize(
      KernelOperands parameters,
      @Nullable Tensor skip,
      @Nullable Tensor kernel,
      PlanSpectrum spectrum) {
    Tensor values = kernel == null ? scratch() : kernel;
    operations.forward(parameters, values);
    prepare(values, skip, spectrum);
  }

  private Tensor scratch() {
    Tensor known = scratch;
    if (known == null) {
      known =
          Tensor.uninitialized(
              type, geometry.channels(), geometry.hidden(), geometry.kernelLength());
      scratch = known;
    }
    return known;
  }

  @Override
  public void forward(PlanSpectrum spectrum, ForwardOperands operands) {
    try (HeldMemory memory = held) {
      plan.forward(
          own(spectrum),
          operands.batch(),
          operands.lengths(),
          memory.of(operands.u()),
          memory.ofOptional(operands.pre()),
          memory.ofOptional(operands.post()),
          memory.of(operands.y()));
    } catch (RuntimeException e) {
      throw NativeFailures.translate(CpuBackend.NAME, "forward " + geometry, e);
    }
  }

  @Override
  public void backward(PlanSpectrum spectrum, BackwardOperands operands) {
    GradientTargets targets = operands.targets();
    try (HeldMemory memory = held) {
      plan.backward(
          own(spectrum),
          operands.batch(),
          operands.lengths(),
          memory.of(operands.u()),
          memory.of(operands.dy()),
          memory.ofOptional(operands.pre()),
          memory.ofOptional(operands.post()),
          memory.ofOptional(targets.input()),
          memory.ofOptional(targets.kernel()),
          memory.ofOptional(targets.skip()),
          memory.ofOptional(targets.pre()),
          memory.ofOptional(targets.post()));
    } catch (RuntimeException e) {
      throw NativeFailures.translate(CpuBackend.NAME, "backward " + geometry, e);
    }
  }

  @Override
  public void close() {
    Tensor kernel = scratch;
    if (kernel != null) {
      kernel.close();
      scratch = null;
    }
    try {
      plan.close();
    } catch (RuntimeException e) {
      throw NativeFailures.translate(CpuBackend.NAME, "closing the plan of " + geometry, e);
    }
  }

  private static CpuSpectrum own(PlanSpectrum spectrum) {
    if (spectrum instanceof CpuPlanSpectrum cpu) {
      return cpu.spectrum();
    }
    throw new InvalidArgumentException(
        "the spectrum is a " + spectrum.getClass().getName() + ", not one of the cpu backend");
  }
}
