package org.sgconv.internal.cuda;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sgconv.TypeMismatchException;
import org.sgconv.bindings.CudaSpan;
import org.sgconv.bindings.DropoutRule;
import org.sgconv.bindings.NativeHandle;
import org.sgconv.bindings.SignalShape;
import org.sgconv.spi.Dropout;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * What calls of layers' operations on one stream have in common: its lock, where their tensors are,
 * and the exceptions that the caller sees.
 */
final class GpuCalls {

  private final GpuStream stream;

  GpuCalls(GpuStream stream) {
    this.stream = stream;
  }

  GpuStream stream() {
    return stream;
  }

  /** Takes the stream's lock, if it is open, for one call. */
  NativeHandle.Use begin() {
    return stream.queue().hold();
  }

  /** Where the elements of a float32 tensor on this stream are. Call within a call. */
  CudaSpan of(String name, Tensor tensor) {
    if (tensor.type() != DType.FLOAT32) {
      throw new TypeMismatchException(
          String.format(
              Locale.ROOT,
              "%s is %s: the cuda backend computes layers in FLOAT32 alone",
              name,
              tensor));
    }
    return stream.span(name, tensor);
  }

  /** As {@link #of}; null for null. */
  @Nullable CudaSpan ofOptional(String name, @Nullable Tensor tensor) {
    return tensor == null ? null : of(name, tensor);
  }

  /** What the caller throws instead of a failure. */
  static RuntimeException failed(String what, Tensor tensor, RuntimeException failure) {
    return CudaFailures.translate(what + " of " + tensor, failure);
  }

  /** The shape of signals (B,H,L). */
  static SignalShape shape(Tensor signals) {
    return new SignalShape(signals.dim(0), signals.dim(1), signals.dim(2));
  }

  /** The library's words for a dropout. */
  static DropoutRule rule(Dropout dropout) {
    return dropout.isActive()
        ? new DropoutRule(dropout.probability(), dropout.seed(), dropout.site(), dropout.step())
        : DropoutRule.NONE;
  }
}
