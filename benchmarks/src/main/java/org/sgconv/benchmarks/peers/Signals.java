package org.sgconv.benchmarks.peers;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.LongStream;
import org.sgconv.benchmarks.model.Workload;

/**
 * The inputs of a workload, float32 in native memory, a pure function of the seed: every process
 * makes the same ones.
 */
public final class Signals implements AutoCloseable {

  private static final long ALIGNMENT = 64;
  private static final long CHUNK = 1 << 14;

  private final Arena arena = Arena.ofShared();
  private final Workload workload;
  private final MemorySegment u;
  private final MemorySegment kernel;
  private final MemorySegment skip;
  private final MemorySegment dy;

  /** Draws u and dy from [-1, 1), D too, and the kernel from [-1, 1)/√L. */
  public Signals(Workload workload, long seed) {
    this.workload = workload;
    u = uniform(workload.signalSize(), seed, 1.0);
    dy = uniform(workload.signalSize(), seed + 1, 1.0);
    kernel = uniform(workload.kernelSize(), seed + 2, 1.0 / Math.sqrt(workload.length()));
    skip = uniform(workload.hidden(), seed + 3, 1.0);
  }

  private MemorySegment uniform(long count, long seed, double scale) {
    MemorySegment values = arena.allocate(count * Float.BYTES, ALIGNMENT);
    LongStream.range(0, Math.ceilDiv(count, CHUNK))
        .parallel()
        .forEach(chunk -> fill(values, chunk * CHUNK, seed, scale));
    return values;
  }

  /** A chunk at a time, which is compiled after the first few, where one long loop is not. */
  private static void fill(MemorySegment values, long from, long seed, double scale) {
    long to = Math.min(from + CHUNK, values.byteSize() / Float.BYTES);
    for (long i = from; i < to; i++) {
      double unit = (mix(i + seed * 0x9E3779B97F4A7C15L) >> 11) * 0x1.0p-52;
      values.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (unit * scale));
    }
  }

  /** The finalizer of SplitMix64. */
  private static long mix(long state) {
    long z = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** The extents. */
  public Workload workload() {
    return workload;
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
