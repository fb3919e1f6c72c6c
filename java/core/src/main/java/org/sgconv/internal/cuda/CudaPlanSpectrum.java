package org.sgconv.internal.cuda;

import org.sgconv.InvalidArgumentException;
import org.sgconv.bindings.CudaSpan;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.spi.ConvolutionPlan;
import org.sgconv.spi.PlanSpectrum;

/** A spectrum (C,H,N), complex float32, in device memory. */
final class CudaPlanSpectrum implements PlanSpectrum {

  private final ConvolutionPlan plan;
  private final GpuMemory memory;
  private final CudaSpan values;

  private CudaPlanSpectrum(ConvolutionPlan plan, GpuMemory memory) {
    this.plan = plan;
    this.memory = memory;
    this.values = memory.all();
  }

  /** New memory for a spectrum of a plan. */
  static CudaPlanSpectrum allocate(
      ConvolutionPlan plan, GpuStream stream, ConvolutionGeometry geometry, long bytes) {
    return new CudaPlanSpectrum(
        plan, GpuMemory.allocate(stream, "a spectrum of " + geometry, bytes));
  }

  /**
   * Where a plan's spectrum is, noted as used by the recording under way.
   *
   * @throws InvalidArgumentException if it is not the plan's
   */
  static CudaSpan span(PlanSpectrum spectrum, ConvolutionPlan user, GpuStream stream) {
    if (spectrum instanceof CudaPlanSpectrum cuda && cuda.plan.equals(user)) {
      return stream.used(cuda.values);
    }
    throw new InvalidArgumentException(
        "the spectrum is a "
            + spectrum.getClass().getName()
            + " of another plan: prepare one here");
  }

  @Override
  public void close() {
    memory.free();
  }
}
