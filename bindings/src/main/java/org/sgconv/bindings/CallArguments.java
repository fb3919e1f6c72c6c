package org.sgconv.bindings;

import java.lang.foreign.MemorySegment;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Checks the arguments of one call at a time, memory of the host or of a device. It is reused from
 * call to call, under its owner's lock, so that a call allocates nothing; it keeps addresses and
 * names only, no memory.
 */
final class CallArguments {

  private static final int CAPACITY = 12;
  private static final long WORKSPACE_ALIGNMENT = 64; // sgconv/cpu_layers.h

  /** The stream on which the memory of a device is used; null for calls on the host. */
  private final @Nullable CudaStream stream;

  private final String[] names = new String[CAPACITY];
  private final long[] starts = new long[CAPACITY];
  private final long[] ends = new long[CAPACITY];
  private final boolean[] written = new boolean[CAPACITY];

  /** The name of the output that may be the very memory of an input; "" if none may. */
  private final String[] successors = new String[CAPACITY];

  private String function = "";

  /** Of memory of the host: bytes of an element. */
  private int alignment = Float.BYTES;

  private int count;

  /** Of calls on memory of the host. */
  CallArguments() {
    this.stream = null;
  }

  /** Of calls on memory of this stream. */
  CallArguments(CudaStream stream) {
    this.stream = stream;
  }

  /** Starts the arguments of a call, float32 where they are memory of the host. */
  CallArguments of(String calledFunction) {
    return started(calledFunction, Float.BYTES);
  }

  /** Starts the arguments of a call on elements of a type. */
  CallArguments of(String calledFunction, CpuElement element) {
    return started(calledFunction, element.bytes());
  }

  private CallArguments started(String calledFunction, int elementBytes) {
    function = calledFunction;
    alignment = elementBytes;
    count = 0;
    return this;
  }

  /** Memory that is read and holds exactly {@code bytes}. */
  MemorySegment input(String name, MemorySegment segment, long bytes) {
    return checked(name, segment, bytes, false);
  }

  /** Like {@link #input}; null becomes C's NULL. */
  MemorySegment optionalInput(String name, @Nullable MemorySegment segment, long bytes) {
    return segment == null ? MemorySegment.NULL : checked(name, segment, bytes, false);
  }

  /** Like {@link #input}; the output of that name may be the same memory. */
  MemorySegment inputOr(String name, MemorySegment segment, long bytes, String output) {
    MemorySegment checked = checked(name, segment, bytes, false);
    successors[count - 1] = output;
    return checked;
  }

  /** Like {@link #inputOr}; null becomes C's NULL. */
  MemorySegment optionalInputOr(
      String name, @Nullable MemorySegment segment, long bytes, String output) {
    return segment == null ? MemorySegment.NULL : inputOr(name, segment, bytes, output);
  }

  /** {@code values} 64-bit integers that are read. */
  MemorySegment integers(String name, MemorySegment segment, long values) {
    MemorySegment integers = checked(name, segment, bytes(name, values, Long.BYTES), false);
    requireAlignment(name, integers, Long.BYTES);
    return integers;
  }

  /**
   * Memory of at least {@code bytes} that is overwritten and overlaps no other argument; null, if
   * none is needed, becomes C's NULL.
   */
  MemorySegment scratch(@Nullable MemorySegment segment, long bytes) {
    if (segment == null && bytes == 0) {
      return MemorySegment.NULL;
    }
    if (segment == null || segment.byteSize() < bytes) {
      throw invalid(
          "workspace",
          String.format(
              Locale.ROOT,
              "holds %d bytes, expected at least %d",
              segment == null ? 0 : segment.byteSize(),
              bytes));
    }
    checked("workspace", segment, segment.byteSize(), true);
    requireAlignment("workspace", segment, WORKSPACE_ALIGNMENT);
    return segment;
  }

  /** Memory that is written, holds exactly {@code bytes} and overlaps no other argument. */
  MemorySegment output(String name, MemorySegment segment, long bytes) {
    return checked(name, segment, bytes, true);
  }

  /** Like {@link #output}; null becomes C's NULL. */
  MemorySegment optionalOutput(String name, @Nullable MemorySegment segment, long bytes) {
    return segment == null ? MemorySegment.NULL : checked(name, segment, bytes, true);
  }

  /** {@code batch} 64-bit values of the host's memory; null becomes C's NULL. */
  MemorySegment lengths(@Nullable MemorySegment segment, long batch) {
    if (segment == null) {
      return MemorySegment.NULL;
    }
    MemorySegment values = checked("lengths", segment, bytes("batch", batch, Long.BYTES), false);
    requireAlignment("lengths", values, Long.BYTES);
    return values;
  }

  /** Memory of the device that is read, holds exactly {@code bytes} and is aligned. */
  MemorySegment input(String name, CudaSpan span, long bytes, long alignment) {
    return checked(name, span, bytes, alignment, false);
  }

  /** Like {@link #input(String, CudaSpan, long, long)}; null becomes C's NULL. */
  MemorySegment optionalInput(String name, @Nullable CudaSpan span, long bytes, long alignment) {
    return span == null ? MemorySegment.NULL : checked(name, span, bytes, alignment, false);
  }

  /** Like {@link #input(String, CudaSpan, long, long)}; the output of that name may be the same. */
  MemorySegment inputOr(String name, CudaSpan span, long bytes, long alignment, String output) {
    MemorySegment checked = checked(name, span, bytes, alignment, false);
    successors[count - 1] = output;
    return checked;
  }

  /** Like the other; null becomes C's NULL. */
  MemorySegment optionalInputOr(
      String name, @Nullable CudaSpan span, long bytes, long alignment, String output) {
    return span == null ? MemorySegment.NULL : inputOr(name, span, bytes, alignment, output);
  }

  /** As the other, but written; it overlaps no other argument. */
  MemorySegment output(String name, CudaSpan span, long bytes, long alignment) {
    return checked(name, span, bytes, alignment, true);
  }

  /** Like {@link #output(String, CudaSpan, long, long)}; null becomes C's NULL. */
  MemorySegment optionalOutput(String name, @Nullable CudaSpan span, long bytes, long alignment) {
    return span == null ? MemorySegment.NULL : checked(name, span, bytes, alignment, true);
  }

  /**
   * Memory of the device, of at least {@code bytes}, that is overwritten and overlaps no other
   * argument; null, if none is needed, becomes C's NULL.
   */
  MemorySegment scratch(String name, @Nullable CudaSpan span, long bytes, long alignment) {
    if (span == null && bytes == 0) {
      return MemorySegment.NULL;
    }
    if (span == null || span.byteSize() < bytes) {
      throw invalid(
          name,
          String.format(
              Locale.ROOT,
              "holds %d bytes, expected at least %d",
              span == null ? 0 : span.byteSize(),
              bytes));
    }
    return usable(name, span, alignment, true);
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
    requireSize(name, segment.byteSize(), bytes);
    requireAlignment(name, segment, alignment);
    if (writes && segment.isReadOnly()) {
      throw invalid(name, "is read-only, expected memory to write to");
    }
    note(name, segment, bytes, writes);
    return segment;
  }

  private MemorySegment checked(
      String name, CudaSpan span, long bytes, long alignment, boolean writes) {
    MemorySegment address = usable(name, span, alignment, writes);
    requireSize(name, span.byteSize(), bytes);
    return address;
  }

  /** The address of memory of the device of any size, checked in every other way. */
  MemorySegment usable(String name, CudaSpan span, long alignment, boolean writes) {
    if (span.allocation().stream() != stream) {
      throw new IllegalArgumentException(
          function + ": " + name + " belongs to another stream: copy it to this one");
    }
    if (span.isFreed()) {
      throw new UseAfterCloseException(function + ": " + name);
    }
    requireAlignment(name, span.address(), alignment);
    note(name, span.address(), span.byteSize(), writes);
    return span.address();
  }

  private void requireSize(String name, long bytes, long expected) {
    if (bytes != expected) {
      throw invalid(name, "holds " + bytes + " bytes, expected " + expected);
    }
  }

  /** Adds an argument, which overlaps another only if both are read or it may be that one. */
  private void note(String name, MemorySegment memory, long bytes, boolean writes) {
    long start = memory.address();
    long end = start + bytes;
    for (int i = 0; i < count; i++) {
      boolean same = start == starts[i] && end == ends[i] && name.equals(successors[i]);
      if ((writes || written[i]) && start < ends[i] && starts[i] < end && !same) {
        throw invalid(name, "overlaps " + names[i] + ", expected separate memory");
      }
    }
    names[count] = name;
    starts[count] = start;
    ends[count] = end;
    written[count] = writes;
    successors[count] = "";
    count++;
  }

  private InvalidSegmentException invalid(String name, String problem) {
    return new InvalidSegmentException(function, name, problem);
  }
}
