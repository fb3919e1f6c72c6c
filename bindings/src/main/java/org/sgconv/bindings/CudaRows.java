package org.sgconv.bindings;

import java.util.Locale;

/**
 * Rows of memory on a device, and where in each of them a stretch begins.
 *
 * @param span all rows, one after another
 * @param rowBytes of a row
 * @param from where a stretch begins in its row, in bytes
 */
public record CudaRows(CudaSpan span, long rowBytes, long from) {

  /** How many rows there are. */
  long count() {
    return span.byteSize() / rowBytes;
  }

  /** From the first row's stretch to the last one's. */
  CudaSpan stretches(long bytes) {
    return span.part(from, (count() - 1) * rowBytes + bytes);
  }

  /** Returns normally only if there are so many whole rows, and stretches are within them. */
  void require(String function, String name, long bytes, long rows) {
    if (rowBytes < 1
        || rows < 1
        || span.byteSize() != rows * rowBytes
        || bytes < 1
        || from < 0
        || from > rowBytes - bytes) {
      throw new InvalidSegmentException(
          function,
          name,
          String.format(
              Locale.ROOT,
              "holds %d bytes in rows of %d, expected %d rows with bytes %d to %d",
              span.byteSize(),
              rowBytes,
              rows,
              from,
              from + bytes));
    }
  }
}
