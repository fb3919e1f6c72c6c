package org.sgconv.internal.cuda;

import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.sgconv.bindings.ConvolutionShape;
import org.sgconv.bindings.CudaRows;
import org.sgconv.bindings.RingRows;
import org.sgconv.device.DeviceMemoryException;

/**
 * How many rows (b, h) are worked on at a time, so that the workspace stays within its limit.
 *
 * @param batch most signals of the batch
 * @param hidden most rows of each signal
 */
record Chunks(long batch, long hidden) {

  /** Bytes of a complex value. */
  static final long COMPLEX = 8;

  /** Bytes of workspace that chunks of this size take. */
  interface Cost {
    long bytes(Chunks chunks);
  }

  long rows() {
    return batch * hidden;
  }

  /**
   * The largest chunks within the limit: whole signals if they fit, else parts of one, at least one
   * row.
   *
   * @throws DeviceMemoryException if not even one row fits a limit that was given
   */
  static Chunks within(WorkspaceLimit limit, long batch, long hidden, Cost cost) {
    Chunks chunks = new Chunks(batch, hidden);
    while (cost.bytes(chunks) > limit.bytes() && (limit.given() || chunks.rows() > 1)) {
      chunks = chunks.smaller(limit, cost);
    }
    return chunks;
  }

  /** About half as many rows. */
  private Chunks smaller(WorkspaceLimit limit, Cost cost) {
    if (batch > 1) {
      return new Chunks((batch + 1) / 2, hidden);
    }
    if (hidden > 1) {
      return new Chunks(1, (hidden + 1) / 2);
    }
    throw new DeviceMemoryException(
        String.format(
            Locale.ROOT,
            "a workspace for one row takes %d bytes, the limit is %d: set -D%s higher",
            cost.bytes(this),
            limit.bytes(),
            WorkspaceLimit.PROPERTY));
  }

  /** Rows of every chunk that so many rows are cut into: whole ones and what is left. */
  long[] rowCounts(long batches, long rows) {
    long lastBatch = batches % batch;
    long lastHidden = rows % hidden;
    return LongStream.of(
            batch * hidden, lastBatch * hidden, batch * lastHidden, lastBatch * lastHidden)
        .filter(count -> count > 0)
        .distinct()
        .toArray();
  }

  /** What is done with each chunk. */
  interface Work {
    void on(CudaRows rows);
  }

  /** Every chunk of the batch for these rows of each signal, in the order of the batch. */
  void forEachBatch(
      ConvolutionShape shape, long size, long batches, long first, long count, Work work) {
    for (long at = 0; at < batches; at += batch) {
      work.on(new CudaRows(shape, size, batches, at, Math.min(batch, batches - at), first, count));
    }
  }

  /** The same for the steps in the ring. */
  void forEachRing(long batches, long first, long count, Consumer<RingRows> work) {
    for (long at = 0; at < batches; at += batch) {
      work.accept(new RingRows(batches, at, Math.min(batch, batches - at), first, count));
    }
  }
}
