package org.sgconv.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.common.sgconv_dropout;
import org.sgconv.bindings.common.sgconv_linear_geometry;
import org.sgconv.bindings.common.sgconv_signal_geometry;

/**
 * What the calls for layers on one stream write their arguments to, under its lock, and how they
 * check memory of the device: all of it is float32.
 */
final class CudaFrame {

  private static final CpuElement FLOAT32 = CpuElement.FLOAT32; // an element is one on either side
  private static final long FLOAT = Float.BYTES;

  private final Arena arena = Arena.ofAuto();
  private final MemorySegment signal = arena.allocate(sgconv_signal_geometry.layout());
  private final MemorySegment linear = arena.allocate(sgconv_linear_geometry.layout());
  private final MemorySegment dropout = arena.allocate(sgconv_dropout.layout());
  private final CudaStream stream;
  private final CallArguments arguments;

  CudaFrame(CudaStream stream) {
    this.stream = stream;
    this.arguments = new CallArguments(stream);
  }

  /** As {@link NativeHandle#use}, of the stream. */
  NativeHandle.Use use() {
    return stream.use();
  }

  /** Starts the arguments of a call. */
  CudaFrame of(String function) {
    arguments.of(function);
    return this;
  }

  CallArguments arguments() {
    return arguments;
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

  MemorySegment input(String name, CudaSpan span, long bytes) {
    return arguments.input(name, span, bytes, FLOAT);
  }

  MemorySegment optionalInput(String name, @Nullable CudaSpan span, long bytes) {
    return arguments.optionalInput(name, span, bytes, FLOAT);
  }

  /** An input that the output of that name may be. */
  MemorySegment inputOr(String name, CudaSpan span, long bytes, String output) {
    return arguments.inputOr(name, span, bytes, FLOAT, output);
  }

  MemorySegment optionalInputOr(String name, @Nullable CudaSpan span, long bytes, String output) {
    return arguments.optionalInputOr(name, span, bytes, FLOAT, output);
  }

  MemorySegment output(String name, CudaSpan span, long bytes) {
    return arguments.output(name, span, bytes, FLOAT);
  }

  MemorySegment optionalOutput(String name, @Nullable CudaSpan span, long bytes) {
    return arguments.optionalOutput(name, span, bytes, FLOAT);
  }

  static long signalBytes(SignalShape shape) {
    return shape.signalBytes(FLOAT32);
  }

  static long channelBytes(SignalShape shape) {
    return shape.channelBytes(FLOAT32);
  }

  static long positionBytes(SignalShape shape) {
    return shape.positionBytes(FLOAT32);
  }

  static long rowBytes(SignalShape shape) {
    return shape.rowBytes(FLOAT32);
  }

  static long outputBytes(LinearShape shape) {
    return shape.outputBytes(FLOAT32);
  }

  static long mappedBytes(LinearShape shape) {
    return shape.mappedBytes(FLOAT32);
  }

  static long biasBytes(LinearShape shape) {
    return shape.biasBytes(FLOAT32);
  }
}
