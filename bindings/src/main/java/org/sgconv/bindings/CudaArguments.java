package org.sgconv.bindings;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Addresses of one call's arguments on a stream, each checked. Use under the stream's lock. */
final class CudaArguments {

  private final CudaStream stream;
  private String function = "";

  CudaArguments(CudaStream stream) {
    this.stream = stream;
  }

  CudaArguments of(String calledFunction) {
    function = calledFunction;
    return this;
  }

  /** Float32 memory of exactly this size. */
  MemorySegment floats(String name, CudaSpan span, long bytes) {
    return span.address(stream, function, name, bytes, Float.BYTES);
  }

  /** As {@link #floats}; null becomes C's NULL. */
  MemorySegment optionalFloats(String name, @Nullable CudaSpan span, long bytes) {
    return span == null ? MemorySegment.NULL : floats(name, span, bytes);
  }

  /** Memory of whatever size, which the call is told; null becomes C's NULL. */
  MemorySegment scratch(String name, @Nullable CudaSpan span) {
    return span == null ? MemorySegment.NULL : floats(name, span, span.byteSize());
  }

  /** So many elements of a signal's type. */
  MemorySegment signal(String name, CudaSpan span, CudaElement element, long count) {
    long bytes = Math.multiplyExact(count, element.bytes());
    return span.address(stream, function, name, bytes, element.bytes());
  }

  /** As {@link #signal}; null becomes C's NULL. */
  MemorySegment optionalSignal(
      String name, @Nullable CudaSpan span, CudaElement element, long count) {
    return span == null ? MemorySegment.NULL : signal(name, span, element, count);
  }
}
