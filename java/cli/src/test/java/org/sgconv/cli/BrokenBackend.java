package org.sgconv.cli;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
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
import org.sgconv.spi.PlanSpectrum;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** The reference with one wrong output sample, and only at lengths that divide by 17. */
public final class BrokenBackend implements BackendProvider {

  static final String NAME = "broken";
  private static final int BROKEN_LENGTH = 17;

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
    return Set.of(DType.FLOAT64);
  }

  @Override
  public KernelOperations kernels() {
    return reference().kernels();
  }

  @Override
  public ConvolutionPlan plan(ConvolutionGeometry geometry, DType type) {
    ConvolutionPlan plan = reference().plan(geometry, type);
    return geometry.length() % BROKEN_LENGTH == 0 ? new BrokenPlan(plan) : plan;
  }

  private record BrokenPlan(ConvolutionPlan plan) implements ConvolutionPlan {

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
      operands.y().setFlat(0, operands.y().getFlat(0) + 0.5);
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
