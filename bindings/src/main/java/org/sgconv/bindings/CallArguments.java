package org.sgconv.bindings;

import java.lang.foreign.MemorySegment;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Checks the segments of one call at a time. It is reused from call to call, under its owner's
 * lock, so that a call allocates nothing; it keeps addresses and names only, no segment.
 */
final class CallArguments {

  private static final int CAPACITY = 12;
  private static final long FLOAT_ALIGNMENT = Float.BYTES;

  private final String[] names = new String[CAPACITY];
  private final long[] starts = new long[CAPACITY];
  private final long[] ends = new long[CAPACITY];
  private final boolean[] written = new boolean[CAPACITY];
  private String function = "";
  private int count;

  /** Starts the arguments of a call. */
  CallArguments of(String calledFunction) {
    function = calledFunction;
    count = 0;
    return this;
  }

  /** A segment that is read and holds exactly {@code bytes}. */
  MemorySegment input(String name, MemorySegment segment, long bytes) {
    return checked(name, segment, bytes, false);
  }

  /** Like {@link #input}; null becomes C's NULL. */
  MemorySegment optionalInput(String name, @Nullable MemorySegment segment, long bytes) {
    return segment == null ? MemorySegment.NULL : checked(name, segment, bytes, false);
  }

  /** A segment that is written, holds exactly {@code bytes} and overlaps no other argument. */
  MemorySegment output(String name, MemorySegment segment, long bytes) {
    return checked(name, segment, bytes, true);
  }

  /** Like {@link #output}; null becomes C's NULL. */
  MemorySegment optionalOutput(String name, @Nullable MemorySegment segment, long bytes) {
    return segment == null ? MemorySegment.NULL : checked(name, segment, bytes, true);
  }

  /** Bytes of {@code count} blocks of {@code blockBytes}. */
  long bytes(String name, long blocks, long blockBytes) {
    if (blocks < 1) {
      throw new IllegalArgumentException(
          function + ": " + name + " is " + blocks + ", expected at least 1");
    }
    if (blocks > Long.MAX_VALUE / blockBytes) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s: %s is %d, too many for %d bytes each",
              function,
              name,
              blocks,
              blockBytes));
    }
    return blocks * blockBytes;
  }

  /** An address that is not null and a multiple of {@code alignment}. */
  void requireAlignment(String name, MemorySegment segment, long alignment) {
    long start = segment.address();
    if (start == 0 || start % alignment != 0) {
      throw invalid(
          name,
          String.format(
              Locale.ROOT, "starts at address 0x%x, expected a multiple of %d", start, alignment));
    }
  }

  private MemorySegment checked(String name, MemorySegment segment, long bytes, boolean writes) {
    if (!segment.isNative()) {
      throw invalid(name, "is on the Java heap, expected native memory");
    }
    if (!segment.scope().isAlive()) {
      throw new UseAfterCloseException(function + ": " + name);
    }
    if (!segment.isAccessibleBy(Thread.currentThread())) {
      throw invalid(name, "belongs to another thread");
    }
    if (segment.byteSize() != bytes) {
      throw invalid(name, "holds " + segment.byteSize() + " bytes, expected " + bytes);
    }
    requireAlignment(name, segment, FLOAT_ALIGNMENT);
    if (writes && segment.isReadOnly()) {
      throw invalid(name, "is read-only, expected memory to write to");
    }
    long start = segment.address();
    long end = start + bytes;
    for (int i = 0; i < count; i++) {
      if ((writes || written[i]) && start < ends[i] && starts[i] < end) {
        throw invalid(name, "overlaps " + names[i] + ", expected separate memory");
      }
    }
    names[count] = name;
    starts[count] = start;
    ends[count] = end;
    written[count] = writes;
    count++;
    return segment;
  }

  private InvalidSegmentException invalid(String name, String problem) {
    return new InvalidSegmentException(function, name, problem);
  }
}
