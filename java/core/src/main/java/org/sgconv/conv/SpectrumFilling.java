package org.sgconv.conv;

import org.jspecify.annotations.Nullable;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.spi.ComputeBackend;
import org.sgconv.spi.ConvolutionPlan;
import org.sgconv.spi.PlanSpectrum;
import org.sgconv.tensor.Tensor;

/**
 * Fills spectra of one convolution, with kernels that are given or that parameters stand for. The
 * convolution has checked the operands and holds its lock for writing.
 */
final class SpectrumFilling {

  private final LongConvolution owner;
  private final ComputeBackend backend;
  private final ConvolutionPlan plan;
  private final KernelSynthesis synthesis;
  private final Operands operands;

  SpectrumFilling(
      LongConvolution owner, ComputeBackend backend, ConvolutionPlan plan, Operands operands) {
    this.owner = owner;
    this.backend = backend;
    this.plan = plan;
    this.synthesis = KernelSynthesis.on(backend);
    this.operands = operands;
  }

  void fill(Tensor kernel, @Nullable Tensor skip, KernelSpectrum into) {
    PlanSpectrum target = into.open(owner);
    begin(into, skip != null);
    plan.prepare(kernel, skip, target);
    into.endPreparing(skip != null);
  }

  /** Also overwrites {@code kernel}, if it is not null. */
  void fill(
      KernelParameters parameters,
      @Nullable Tensor skip,
      @Nullable Tensor kernel,
      KernelSpectrum into) {
    PlanSpectrum target = into.open(owner);
    Tensor norm = synthesis.normalize(parameters);
    if (kernel != null) {
      kernel.requireDisjoint("kernel", norm, "norm");
    }
    begin(into, skip != null);
    plan.synthesize(operands.kernel(parameters, norm), skip, kernel, target);
    into.endPreparing(skip != null);
  }

  /** A recording changes nothing yet, and its replays nothing that the spectrum would not know. */
  private void begin(KernelSpectrum into, boolean withSkip) {
    if (backend.isRecording()) {
      into.requireLike(owner, withSkip);
    } else {
      into.beginPreparing();
    }
  }
}
