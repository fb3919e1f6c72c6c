package org.sgconv.internal.cpu;

import org.sgconv.bindings.CpuPlan;
import org.sgconv.bindings.CpuSpectrum;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.spi.PlanSpectrum;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** A spectrum in a tensor's memory, so that it counts, is limited and is reported like one. */
final class CpuPlanSpectrum implements PlanSpectrum {

  private final Tensor memory;
  private final CpuSpectrum spectrum;

  private CpuPlanSpectrum(Tensor memory, CpuSpectrum spectrum) {
    this.memory = memory;
    this.spectrum = spectrum;
  }

  static CpuPlanSpectrum allocate(CpuPlan plan, DType type) {
    try (Closer undo = Closer.onFailure()) {
      Tensor memory = undo.add(Tensor.uninitialized(type, plan.spectrumBytes() / type.byteSize()));
      CpuPlanSpectrum made = new CpuPlanSpectrum(memory, plan.createSpectrum(memory.segment()));
      undo.keep();
      return made;
    }
  }

  CpuSpectrum spectrum() {
    memory.segment(); // throws once it is closed
    return spectrum;
  }

  @Override
  public void close() {
    memory.close();
  }
}
