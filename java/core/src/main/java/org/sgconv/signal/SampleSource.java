package org.sgconv.signal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.sgconv.tensor.DType;

/**
 * Where the samples of a signal come from that need not fit in memory. They are asked for front to
 * back, each once, in pieces of about a million.
 *
 * @since 0.1.0
 */
public interface SampleSource {

  /** Samples of a row, n ≥ 1. */
  long length();

  /** Element type of the samples: FLOAT32 or FLOAT64. */
  DType type();

  /** Rows, such as the channels of a recording; 1 unless something else is said. */
  default int rows() {
    return 1;
  }

  /**
   * Fills memory with the next samples of every row.
   *
   * @param from index of the first sample
   * @param rows memory for each row, all of one size, for elements of {@link #type()} in native
   *     order; of use during the call alone
   * @throws IOException if the samples cannot be had
   */
  void read(long from, List<MemorySegment> rows) throws IOException;

  /**
   * Samples of one row in memory, such as a mapped file.
   *
   * @param samples elements of that type in native order
   * @throws org.sgconv.InvalidArgumentException if it is empty or ends within an element
   * @throws org.sgconv.TypeMismatchException if the type is of 16 bits
   */
  static SampleSource of(MemorySegment samples, DType type) {
    return new SegmentSamples(samples, type);
  }
}
