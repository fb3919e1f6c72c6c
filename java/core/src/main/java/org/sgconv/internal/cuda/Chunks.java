package org.sgconv.internal.cuda;

import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.sgconv.bindings.RingRows;
import org.sgconv.device.DeviceMemoryException;

/**
 * How many rows (b, h) cuFFT's path works on at a time, so that the workspace stays within its
 * limit.
 *
 * @param batch most signals of the batch
 * @param hidden most rows of each signal
 */
record Chunks(long batch, long hidden) {

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
    throw limit.exceeded(cost.bytes(this));
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

  /** Every chunk of the batch for these rows of each signal, in the order of the batch. */
  void forEachBatch(long batches, long first, long count, Consumer<RingRows> work) {
    for (long at = 0; at < batches; at += batch) {
      work.accept(new RingRows(batches, at, Math.min(batch, batches - at), first, count));
    }
  }
}
