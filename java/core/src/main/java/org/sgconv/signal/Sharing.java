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
    int parts = parts(bytes);
    if (parts < 2) {
      pass.on(0, bytes);
      return;
    }
    long step = Math.ceilDiv(Math.ceilDiv(bytes, parts), LINE_BYTES) * LINE_BYTES;
    IntStream.range(0, parts)
        .parallel()
        .forEach(part -> pass.on(Math.min(bytes, part * step), Math.min(bytes, (part + 1) * step)));
  }

  private int parts(long bytes) {
    return (int) Math.min(threads, bytes / LEAST_BYTES);
  }

  /**
   * As {@link MemorySegment#copy(MemorySegment, long, MemorySegment, long, long)}; by the calling
   * thread alone if memory is confined to it.
   */
  void copy(MemorySegment from, long fromByte, MemorySegment to, long toByte, long bytes) {
    boolean together = parts(bytes) < 2 || (isShared(from) && isShared(to));
    (together ? this : NONE)
        .each(
            bytes,
            (begin, end) ->
                MemorySegment.copy(from, fromByte + begin, to, toByte + begin, end - begin));
  }

  /** Whether threads other than this one may use memory. */
  static boolean isShared(MemorySegment memory) {
    return memory.isAccessibleBy(Thread.ofPlatform().unstarted(() -> {}));
  }
}
