package org.sgconv.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.sgconv.bindings.common.sgconv_dropout;
import org.sgconv.bindings.common.sgconv_linear_geometry;
import org.sgconv.bindings.common.sgconv_signal_geometry;

/**
 * What the calls of one context write their arguments to, under its lock: a call then allocates
 * nothing outside the Java heap.
 */
final class CpuFrame {

  private final Arena arena = Arena.ofAuto();
  private final MemorySegment signal = arena.allocate(sgconv_signal_geometry.layout());
  private final MemorySegment linear = arena.allocate(sgconv_linear_geometry.layout());
  private final MemorySegment dropout = arena.allocate(sgconv_dropout.layout());
  private final MemorySegment size = arena.allocate(ValueLayout.JAVA_LONG);
  private final CallArguments arguments;
  private final NativeHandle handle;

  CpuFrame(NativeHandle handle, CallArguments arguments) {
    this.handle = handle;
    this.arguments = arguments;
  }

  /** As {@link NativeHandle#use}, of the context. */
  NativeHandle.Use use() {
    return handle.use();
  }

  /** Starts the arguments of a call. */
  CallArguments of(String function, CpuElement element) {
    return arguments.of(function, element);
  }

  MemorySegment geometry(SignalShape shape) {
    return shape.write(signal);
  }

  MemorySegment geometry(LinearShape shape) {
    return shape.write(linear);
  }

  /** The rule, or NULL if it leaves nothing out. */
  MemorySegment orNull(DropoutRule rule) {
    return rule.orNull(dropout);
  }

  /** Where a query writes a number of bytes. */
  MemorySegment size() {
    return size;
  }

  /** The number that a query has written. */
  long sizeValue() {
    return size.get(ValueLayout.JAVA_LONG, 0);
  }
}
