package org.sgconv.benchmarks.peers;

import java.lang.foreign.MemorySegment;
import org.sgconv.tensor.DType;

/**
 * Products of interleaved complex rows with the Vector API, for libraries that only transform.
 * Counts and indices are of real values, offsets of bytes; {@code packed} as in {@link
 * RowTransform#packed}.
 */
interface SpectrumArithmetic {

  /** Of rows of that type, float32 or float64. */
  static SpectrumArithmetic of(DType type) {
    return type == DType.FLOAT64 ? new DoubleSpectra() : new FloatSpectra();
  }

  /** x ← x·k. */
  void multiply(MemorySegment x, MemorySegment k, long kOffset, int count, boolean packed);

  /** x ← x·conj(k). */
  void multiplyConjugate(MemorySegment x, MemorySegment k, long kOffset, int count, boolean packed);

  /** sum ← sum + conj(u)·dy. */
  void accumulate(MemorySegment u, MemorySegment dy, MemorySegment sum, int count, boolean packed);

  /** to ← from·factor. */
  void scale(MemorySegment from, MemorySegment to, long toOffset, int count, double factor);

  /** to ← from·factors, real value by real value. */
  void multiplyReal(
      MemorySegment from,
      long fromOffset,
      MemorySegment factors,
      long factorsOffset,
      MemorySegment to,
      long toOffset,
      int count);

  /** One value. */
  double get(MemorySegment from, long index);

  /** Sets one value. */
  void set(MemorySegment to, long index, double value);
}
