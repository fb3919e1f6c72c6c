package org.sgconv.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Memory for one prepared kernel of one {@link CpuPlan}. */
public final class CpuSpectrum implements AutoCloseable {

  private static final long ALIGNMENT = 64; // sgconv/cpu.h, spectrum_prepare

  private final CpuPlan plan;
  private final Arena arena;
  private final MemorySegment memory;
  private boolean prepared;

  CpuSpectrum(CpuPlan plan) {
    this.plan = plan;
    this.arena = Arena.ofShared();
    try {
      this.memory = arena.allocate(plan.spectrumBytes(), ALIGNMENT);
    } catch (OutOfMemoryError e) {
      arena.close();
      throw new NativeStatusException(
          "spectrum",
          NativeStatus.OUT_OF_MEMORY,
          "no " + plan.spectrumBytes() + " bytes of host memory for a spectrum",
          e);
    }
  }

  /** Size in bytes. */
  public long byteSize() {
    return plan.spectrumBytes();
  }

  /** Frees the memory, after a running call of the plan has ended. */
  @Override
  public void close() {
    plan.lock().lock();
    try {
      requireOpen();
      arena.close();
    } finally {
      plan.lock().unlock();
    }
  }

  MemorySegment memory(CpuPlan user) {
    if (user != plan) {
      throw new IllegalArgumentException("the spectrum belongs to another plan");
    }
    requireOpen();
    return memory;
  }

  MemorySegment preparedMemory(CpuPlan user) {
    MemorySegment segment = memory(user);
    if (!prepared) {
      throw new IllegalStateException("the spectrum was not prepared from a kernel");
    }
    return segment;
  }

  void markPrepared(boolean value) {
    prepared = value;
  }

  private void requireOpen() {
    if (!memory.scope().isAlive()) {
      throw new HandleClosedException("CpuSpectrum");
    }
  }
}
