package org.sgconv.signal;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.sgconv.InvalidArgumentException;
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
