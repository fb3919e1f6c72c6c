package org.sgconv.benchmarks.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * How far float32 results are from float64 ones.
 *
 * @param relative ‖actual - expected‖ / ‖expected‖
 * @param largest largest |actual - expected| over the root mean square of expected
 */
public record Deviation(double relative, double largest) {

  private static final long CHUNK = 1 << 14;

  /** Bounds of this library's float32 results. */
  static final Deviation OWN_BOUND = new Deviation(1e-6, 5e-6);

  /**
   * Bounds for a peer, whose float32 arithmetic may be coarser than ours: ten times ours. A wrong
   * result is off by orders of magnitude more.
   */
  static final Deviation PEER_BOUND = new Deviation(1e-5, 5e-5);

  /**
   * Compares every element, on all processors, so both must be open to all threads; NaN and
   * infinity anywhere make the result NaN or infinite.
   */
  static Deviation between(MemorySegment expected, MemorySegment actual) {
    long count = expected.byteSize() / Double.BYTES;
    if (actual.byteSize() != count * Float.BYTES) {
      throw new IllegalStateException(
          "a result has " + actual.byteSize() / Float.BYTES + " values, expected " + count);
    }
    Sums[] parts = new Sums[Math.toIntExact(Math.ceilDiv(count, CHUNK))];
    Arrays.parallelSetAll(
        parts, i -> Sums.of(expected, actual, i * CHUNK, Math.min(count, (i + 1) * CHUNK)));
    double squares = 0;
    double norm = 0;
    double largest = 0;
    for (Sums part : parts) {
      squares += part.squares;
      norm += part.norm;
      largest = Math.max(largest, part.largest);
    }
    return new Deviation(Math.sqrt(squares / norm), largest / Math.sqrt(norm / count));
  }

  /** A part of the elements: small, so that the loop is compiled early, and one thread's work. */
  private record Sums(double squares, double norm, double largest) {

    static Sums of(MemorySegment expected, MemorySegment actual, long from, long to) {
      double squares = 0;
      double norm = 0;
      double largest = 0;
      for (long i = from; i < to; i++) {
        double wanted = expected.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
        double difference = actual.getAtIndex(ValueLayout.JAVA_FLOAT, i) - wanted;
        squares += difference * difference;
        norm += wanted * wanted;
        largest = Math.max(largest, Math.abs(difference));
      }
      return new Sums(squares, norm, largest);
    }
  }

  /** The larger of each; NaN wins. */
  Deviation worst(Deviation other) {
    return new Deviation(Math.max(relative, other.relative), Math.max(largest, other.largest));
  }

  /** Whether neither exceeds its bound; NaN never passes. */
  boolean within(Deviation bound) {
    return relative <= bound.relative && largest <= bound.largest;
  }
}
