package org.sgconv.bindings;

import java.lang.foreign.MemorySegment;

/**
 * Memory of the caller's that one {@link CpuPlan} keeps a prepared kernel in. Once the memory is
 * closed, so is the spectrum.
 */
public final class CpuSpectrum {

  private final CpuPlan plan;
  private final MemorySegment memory;

  // Guarded by the plan's lock.
  private boolean prepared;

  CpuSpectrum(CpuPlan plan, MemorySegment memory) {
    this.plan = plan;
    this.memory = memory;
  }

  MemorySegment memory(CpuPlan user) {
    if (user != plan) {
      throw new IllegalArgumentException(
          "the spectrum belongs to another plan: prepare one with this plan");
    }
    return memory;
  }

  MemorySegment preparedMemory(CpuPlan user) {
    MemorySegment segment = memory(user);
    if (!prepared) {
      throw new IllegalStateException("the spectrum holds no kernel: prepare it first");
    }
    return segment;
  }

  void markPrepared(boolean value) {
    prepared = value;
  }
}
