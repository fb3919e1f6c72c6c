package org.sgconv.signal;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;
import org.sgconv.ClosedException;
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
    Samples.requireType("the memory", type);
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

  /** As {@link SampleSink#of}, for memory that can be written. */
  static SegmentSamples writable(MemorySegment samples, DType type) {
    if (samples.isReadOnly()) {
      throw new InvalidArgumentException(
          "the memory for the result is read-only, as of a file that is mapped to be read: give it"
              + " memory that can be written");
    }
    return new SegmentSamples(samples, type);
  }

  /**
   * Returns normally only if no result falls on samples that are still to be read: results come
   * front to back, and those at an index are known when the samples there have been read.
   */
  static void requireApart(SampleSource source, SampleSink sink) {
    if (source instanceof SegmentSamples from
        && sink instanceof SegmentSamples to
        && to.samples.address() > from.samples.address()
        && from.samples.asOverlappingSlice(to.samples).isPresent()) {
      throw new InvalidArgumentException(
          "the sink's memory begins within the source's, so that results would replace samples that"
              + " are still to be read: let both begin at one place, or give it memory of its own");
    }
  }

  /** Returns normally only if this thread may use the memory. */
  private void requireUsable() {
    if (!samples.scope().isAlive()) {
      throw new ClosedException(
          "the arena of the memory of " + type + " samples is closed: close it after the call");
    }
    if (!samples.isAccessibleBy(Thread.currentThread())) {
      throw new InvalidArgumentException(
          "the memory of "
              + type
              + " samples is confined to another thread: call from there, or take a shared arena");
    }
  }

  @Override
  public long length() {
    return samples.byteSize() / type.byteSize();
  }

  @Override
  public void read(long from, List<MemorySegment> rows) {
    requireUsable();
    MemorySegment into = rows.getFirst();
    MemorySegment.copy(samples, from * type.byteSize(), into, 0, into.byteSize());
  }

  @Override
  public void write(long to, List<MemorySegment> rows) {
    requireUsable();
    MemorySegment from = rows.getFirst();
    MemorySegment.copy(from, 0, samples, to * type.byteSize(), from.byteSize());
  }
}
