package org.sgconv.signal;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.tensor.DType;

/**
 * One row of samples in memory of the caller's.
 *
 * @param samples all of them
 * @param type of an element
 */
record SegmentSamples(MemorySegment samples, DType type) implements SampleSource, SampleSink {

  SegmentSamples {
    if (samples.byteSize() == 0 || samples.byteSize() % type.byteSize() != 0) {
      throw new InvalidArgumentException(
          "the memory has "
              + samples.byteSize()
              + " bytes, expected a multiple of "
              + type.byteSize()
              + " above 0, for "
              + type);
    }
  }

  /**
   * Returns normally only if a sink that is one row of memory, if it is, fits a result exactly.
   *
   * @param rows of the result
   * @param count samples of a row
   */
  static void requireFit(SampleSink sink, long rows, long count, DType type) {
    if (sink instanceof SegmentSamples memory
        && (rows != 1 || memory.type != type || memory.length() != count)) {
      throw new ShapeMismatchException(
          String.format(
              Locale.ROOT,
              "the sink is memory for %d samples of %s, expected %d of %s%s",
              memory.length(),
              memory.type,
              count,
              type,
              rows == 1 ? "" : " in each of " + rows + " rows: give it a sink of your own"));
    }
  }

  @Override
  public long length() {
    return samples.byteSize() / type.byteSize();
  }

  @Override
  public void read(long from, List<MemorySegment> rows) {
    MemorySegment into = rows.getFirst();
    MemorySegment.copy(samples, from * type.byteSize(), into, 0, into.byteSize());
  }

  @Override
  public void write(long to, List<MemorySegment> rows) {
    MemorySegment from = rows.getFirst();
    MemorySegment.copy(from, 0, samples, to * type.byteSize(), from.byteSize());
  }
}
