package org.sgconv.signal;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.LongStream;

/**
 * The same stretch of several rows in memory of the host.
 *
 * @param memory of all the rows
 * @param stride bytes from one row to the next
 * @param offset byte of the first row's first sample of the stretch
 * @param bytes of the stretch, in each row
 * @param rows how many
 */
record RowBlock(MemorySegment memory, long stride, long offset, long bytes, long rows) {

  /** Where the stretch of a row begins, in bytes. */
  long start(long row) {
    return offset + row * stride;
  }

  /** Each row's stretch. */
  List<MemorySegment> segments() {
    return LongStream.range(0, rows).mapToObj(row -> memory.asSlice(start(row), bytes)).toList();
  }
}
