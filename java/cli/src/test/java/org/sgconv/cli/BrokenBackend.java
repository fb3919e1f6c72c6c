package org.sgconv.cli;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sgconv.BackendInfo;
import org.sgconv.Backends;
import org.sgconv.spi.BackendProvider;
import org.sgconv.spi.BackwardOperands;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.spi.ConvolutionPlan;
import org.sgconv.spi.ForwardOperands;
import org.sgconv.spi.KernelOperands;
import org.sgconv.spi.KernelOperations;
import org.sgconv.spi.LayerOperations;
import org.sgconv.spi.LinearOperands;
import org.sgconv.spi.PlanSpectrum;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * The reference with faults in its output: one wrong sample at lengths that divide by 17; the same
 * at length 257, where the kernel has another length; and at length 997 a value beyond the end of
 * the first row, where rows have lengths of their own. A convolution with 1009 lags is wrong in
 * every sample. Kernels of 23 lags are wrong in one, and so is one gradient of their weights.
 * Linear maps are wrong in one sample of signals of length 29.
 */
public final class BrokenBackend implements BackendProvider {

  static final String NAME = "broken";
  private static final int BROKEN_LENGTH = 17;
  private static final int BROKEN_FOR_OTHER_KERNELS = 257;
  private static final int BROKEN_BEYOND_ROWS = 997;
  private static final int BROKEN_KERNEL = 23;
  static final int BROKEN_LAGS = 1009;
  static final int BROKEN_LINEAR_MAP = 29;

  private static BackendProvider reference() {
    return BackendProvider.of(Backends.reference());
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Optional<Throwable> unavailabilityCause() {
    return Optional.empty();
  }

  @Override
  public BackendInfo info() {
    return new BackendInfo(
        NAME, "0", "none", 1, List.of("none"), List.of("device 7: too old"), List.of());
  }

  @Override
  public int rank() {
    return -1000;
  }

  @Override
  public Set<DType> supportedTypes() {
    return Set.of(DType.FLOAT32, DType.FLOAT64);
  }

  @Override
  public KernelOperations kernels() {
    return new BrokenKernels(reference().kernels());
  }

  @Override
  public LayerOperations layers() {
    LayerOperations sound = reference().layers();
    return (LayerOperations)
        Proxy.newProxyInstance(
            BrokenBackend.class.getClassLoader(),
            new Class<?>[] {LayerOperations.class},
            (proxy, method, arguments) -> {
              Object result = method.invoke(sound, arguments);
              if (method.getName().equals("linear")
                  && arguments[0] instanceof LinearOperands operands
                  && operands.y().dim(2) == BROKEN_LINEAR_MAP) {
                operands.y().setFlat(BROKEN_LINEAR_MAP + 3, operands.y().getFlat(0) + 0.01);
              }
              return result;
            });
  }

  private record BrokenKernels(KernelOperations sound) implements KernelOperations {

    @Override
    public void norm(KernelOperands parameters) {
      sound.norm(parameters);
    }

    @Override
    public void forward(KernelOperands parameters, Tensor kernel) {
      sound.forward(parameters, kernel);
      if (kernel.dim(2) == BROKEN_KERNEL) {
        kernel.setFlat(5, 1.001 * kernel.getFlat(5));
      }
    }

    @Override
    public void backward(
        KernelOperands parameters,
        Tensor gradKernel,
        Tensor gradWeights,
        @Nullable Tensor gradDecay) {
      sound.backward(parameters, gradKernel, gradWeights, gradDecay);
      if (gradKernel.dim(2) == BROKEN_KERNEL) {
        gradWeights.setFlat(5, 1.001 * gradWeights.getFlat(5));
      }
    }
  }

  @Override
  public ConvolutionPlan plan(ConvolutionGeometry geometry, DType type) {
    ConvolutionPlan plan = reference().plan(geometry, type);
    long length = geometry.length();
    boolean other = geometry.kernelLength() != length;
    if (geometry.kernelLength() == BROKEN_LAGS) {
      return new BrokenPlan(plan, BrokenBackend::spoilAll);
    }
    if (length % BROKEN_LENGTH == 0 || (length == BROKEN_FOR_OTHER_KERNELS && other)) {
      return new BrokenPlan(plan, BrokenBackend::spoilFirst);
    }
    return length == BROKEN_BEYOND_ROWS
        ? new BrokenPlan(plan, BrokenBackend::spoilBeyondFirstRow)
        : plan;
  }

  private static void spoilAll(ForwardOperands operands) {
    for (long i = 0; i < operands.y().elementCount(); i++) {
      operands.y().setFlat(i, 1.001 * operands.y().getFlat(i));
    }
  }

  private static void spoilFirst(ForwardOperands operands) {
    operands.y().setFlat(0, operands.y().getFlat(0) + 0.5);
  }

  private static void spoilBeyondFirstRow(ForwardOperands operands) {
    @Nullable MemorySegment lengths = operands.lengths();
    long end = lengths == null ? Long.MAX_VALUE : lengths.get(ValueLayout.JAVA_LONG, 0);
    if (end < operands.y().dim(2)) {
      operands.y().setFlat(end, 1e-9);
    }
  }

  /**
   * A plan with one fault.
   *
   * @param fault spoils what was computed
   */
  private record BrokenPlan(ConvolutionPlan plan, Consumer<ForwardOperands> fault)
      implements ConvolutionPlan {

    @Override
    public ReadWriteLock lock() {
      return plan.lock();
    }

    @Override
    public long spectrumBytes() {
      return plan.spectrumBytes();
    }

    @Override
    public PlanSpectrum createSpectrum() {
      return plan.createSpectrum();
    }

    @Override
    public void prepare(Tensor kernel, @Nullable Tensor skip, PlanSpectrum spectrum) {
      plan.prepare(kernel, skip, spectrum);
    }

    @Override
    public void synthesize(
        KernelOperands parameters,
        @Nullable Tensor skip,
        @Nullable Tensor kernel,
        PlanSpectrum spectrum) {
      plan.synthesize(parameters, skip, kernel, spectrum);
    }

    @Override
    public void forward(PlanSpectrum spectrum, ForwardOperands operands) {
      plan.forward(spectrum, operands);
      fault.accept(operands);
    }

    @Override
    public void backward(PlanSpectrum spectrum, BackwardOperands operands) {
      plan.backward(spectrum, operands);
    }

    @Override
    public void close() {
      plan.close();
    }
  }
}
