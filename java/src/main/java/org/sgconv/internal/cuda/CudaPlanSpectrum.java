package org.sgconv.internal.cuda;

import org.sgconv.bindings.CudaSpan;
import org.sgconv.spi.ConvolutionPlan;
import org.sgconv.spi.PlanSpectrum;

/** A spectrum (C,H,N), complex float32, in device memory. */
final class CudaPlanSpectrum implements PlanSpectrum {

  private final ConvolutionPlan plan;
  private final GpuMemory memory;
  private final long bytes;

  CudaPlanSpectrum(ConvolutionPlan plan, GpuMemory memory, long bytes) {
    this.plan = plan;
    this.memory = memory;
    this.bytes = bytes;
  }

  boolean isOf(ConvolutionPlan user) {
    return plan.equals(user);
  }

  CudaSpan span() {
    return memory.all();
  }

  @Override
  public long byteSize() {
    return bytes;
  }

  @Override
  public void close() {
    memory.free();
  }
}
