package org.sgconv.signal;

import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;

/**
 * Passes over many samples by several threads, those of the common pool: while samples are copied
 * or checked the backend's own have nothing to do, and one thread does not use half of the memory's
 * bandwidth.
 *
 * @param threads as many as the backend has
 */
record Sharing(int threads) {

  /** Below that a thread is woken for longer than it saves. */
  private static final long LEAST_BYTES = 1 << 18;

  /** Parts begin at a line of memory. */
  private static final long LINE_BYTES = 64;

  /** On the calling thread alone. */
  static final Sharing NONE = new Sharing(1);

  /** What is done with one part. */
  @FunctionalInterface
  interface Pass {
    void on(long from, long to);
  }

  /** Calls {@code pass} with parts of the bytes 0 to {@code bytes}, each once. */
  void each(long bytes, Pass pass) {
    int parts = (int) Math.min(threads, bytes / LEAST_BYTES);
    if (parts < 2) {
      pass.on(0, bytes);
      return;
    }
    long step = Math.ceilDiv(Math.ceilDiv(bytes, parts), LINE_BYTES) * LINE_BYTES;
    IntStream.range(0, parts)
        .parallel()
        .forEach(part -> pass.on(Math.min(bytes, part * step), Math.min(bytes, (part + 1) * step)));
  }

  /** As {@link MemorySegment#copy(MemorySegment, long, MemorySegment, long, long)}. */
  void copy(MemorySegment from, long fromByte, MemorySegment to, long toByte, long bytes) {
    each(
        bytes,
        (begin, end) ->
            MemorySegment.copy(from, fromByte + begin, to, toByte + begin, end - begin));
  }
}
