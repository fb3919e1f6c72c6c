package org.sgconv.signal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.sgconv.tensor.DType;

/**
 * Where the samples of a result go that need not fit in memory. They come front to back, each once.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface SampleSink {

  /**
   * Takes the next samples of every row.
   *
   * @param to index of the first sample
   * @param rows samples of each row, all of one size, in native order; of use during the call alone
   * @throws IOException if they cannot be kept
   */
  void write(long to, List<MemorySegment> rows) throws IOException;

  /**
   * Memory for one row, such as a mapped file. It may be that of the source, if both begin at the
   * same place.
   *
   * @param samples elements of that type, as many as the result has
   * @throws org.sgconv.InvalidArgumentException if it is empty, ends within an element or is
   *     read-only
   * @throws org.sgconv.TypeMismatchException if the type is of 16 bits
   */
  static SampleSink of(MemorySegment samples, DType type) {
    return SegmentSamples.writable(samples, type);
  }
}
