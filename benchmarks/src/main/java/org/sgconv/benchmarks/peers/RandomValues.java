package org.sgconv.benchmarks.peers;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.LongStream;
import org.sgconv.tensor.DType;

/** Uniform values in native memory, a pure function of the seed: every process makes the same. */
final class RandomValues {

  private static final long ALIGNMENT = 64;
  private static final long CHUNK = 1 << 14;

  private RandomValues() {}

  /**
   * From [-scale, scale).
   *
   * @param type float32 or float64
   */
  static MemorySegment uniform(Arena arena, DType type, long count, long seed, double scale) {
    MemorySegment values = arena.allocate(count * type.byteSize(), ALIGNMENT);
    LongStream.range(0, Math.ceilDiv(count, CHUNK))
        .parallel()
        .forEach(
            chunk -> {
              long from = chunk * CHUNK;
              long to = Math.min(from + CHUNK, count);
              if (type == DType.FLOAT64) {
                fillDoubles(values, from, to, seed, scale);
              } else {
                fillFloats(values, from, to, seed, scale);
              }
            });
    return values;
  }

  /** A chunk at a time, which is compiled after the first few, where one long loop is not. */
  private static void fillFloats(
      MemorySegment values, long from, long to, long seed, double scale) {
    for (long i = from; i < to; i++) {
      values.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (unit(i, seed) * scale));
    }
  }

  private static void fillDoubles(
      MemorySegment values, long from, long to, long seed, double scale) {
    for (long i = from; i < to; i++) {
      values.setAtIndex(ValueLayout.JAVA_DOUBLE, i, unit(i, seed) * scale);
    }
  }

  private static double unit(long index, long seed) {
    return (mix(index + seed * 0x9E3779B97F4A7C15L) >> 11) * 0x1.0p-52;
  }

  /** The finalizer of SplitMix64. */
  private static long mix(long state) {
    long z = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
