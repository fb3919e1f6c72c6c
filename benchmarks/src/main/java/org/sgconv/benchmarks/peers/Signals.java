package org.sgconv.benchmarks.peers;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.tensor.DType;

/** The inputs of a layer's workload, in native memory, a pure function of the seed. */
public final class Signals implements AutoCloseable {

  private final Arena arena = Arena.ofShared();
  private final Workload workload;
  private final DType type;
  private final MemorySegment u;
  private final MemorySegment kernel;
  private final MemorySegment skip;
  private final MemorySegment dy;

  /** Draws u and dy from [-1, 1), D too, and the kernel from [-1, 1)/√L. */
  public Signals(Workload workload, DType type, long seed) {
    this.workload = workload;
    this.type = type;
    u = RandomValues.uniform(arena, type, workload.signalSize(), seed, 1.0);
    dy = RandomValues.uniform(arena, type, workload.signalSize(), seed + 1, 1.0);
    kernel =
        RandomValues.uniform(
            arena, type, workload.kernelSize(), seed + 2, 1.0 / Math.sqrt(workload.length()));
    skip = RandomValues.uniform(arena, type, workload.hidden(), seed + 3, 1.0);
  }

  /** The extents. */
  public Workload workload() {
    return workload;
  }

  /** Element type of all of them: float32 or float64. */
  public DType type() {
    return type;
  }

  /** Input u (B,H,L). */
  public MemorySegment u() {
    return u;
  }

  /** Kernel k (H,L). */
  public MemorySegment kernel() {
    return kernel;
  }

  /** Skip D (H). */
  public MemorySegment skip() {
    return skip;
  }

  /** Gradient dy of the output (B,H,L). */
  public MemorySegment dy() {
    return dy;
  }

  @Override
  public void close() {
    arena.close();
  }
}
