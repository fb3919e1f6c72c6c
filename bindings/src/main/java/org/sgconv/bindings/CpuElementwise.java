package org.sgconv.bindings;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.cpu.SgconvCpu;

/** What a {@link CpuContext} computes element by element or row by row, and transposition. */
public final class CpuElementwise {

  private final CpuFrame frame;

  CpuElementwise(CpuFrame frame) {
    this.frame = frame;
  }

  /** Writes y = dropout ⊙ gelu(x), of {@code count} elements. */
  public void gelu(
      long count, CpuElement element, DropoutRule dropout, MemorySegment x, MemorySegment y) {
    try (NativeHandle.Use use = frame.use()) {
      CallArguments in = frame.of("sgconv_cpu_gelu_forward", element);
      long bytes = in.bytes("count", count, element.bytes());
      NativeResult.cpu(
          "sgconv_cpu_gelu_forward",
          SgconvCpu.sgconv_cpu_gelu_forward(
              use.address(),
              count,
              element.code(),
              frame.orNull(dropout),
              in.input("x", x, bytes),
              in.output("y", y, bytes)));
    }
  }

  /** Writes the gradient of x. */
  public void geluBackward(
      long count,
      CpuElement element,
      DropoutRule dropout,
      MemorySegment x,
      MemorySegment dy,
      MemorySegment dx) {
    try (NativeHandle.Use use = frame.use()) {
      CallArguments in = frame.of("sgconv_cpu_gelu_backward", element);
      long bytes = in.bytes("count", count, element.bytes());
      NativeResult.cpu(
          "sgconv_cpu_gelu_backward",
          SgconvCpu.sgconv_cpu_gelu_backward(
              use.address(),
              count,
              element.code(),
              frame.orNull(dropout),
              in.input("x", x, bytes),
              in.input("dy", dy, bytes),
              in.output("dx", dx, bytes)));
    }
  }

  /**
   * Writes sum = x + tied ⊙ branch, all (B, H, L); sum may be x or branch.
   *
   * @param x null for 0
   */
  public void add(
      SignalShape shape,
      CpuElement element,
      DropoutRule tied,
      @Nullable MemorySegment x,
      MemorySegment branch,
      MemorySegment sum) {
    try (NativeHandle.Use use = frame.use()) {
      CallArguments in = frame.of("sgconv_cpu_add", element);
      long bytes = shape.signalBytes(element);
      NativeResult.cpu(
          "sgconv_cpu_add",
          SgconvCpu.sgconv_cpu_add(
              use.address(),
              frame.geometry(shape),
              element.code(),
              frame.orNull(tied),
              in.optionalInputOr("x", x, bytes, "sum"),
              in.inputOr("branch", branch, bytes, "sum"),
              in.output("sum", sum, bytes)));
    }
  }

  /** Writes y (batch, columns, rows) of x (batch, rows, columns). */
  public void transpose(
      long batch, long rows, long columns, CpuElement element, MemorySegment x, MemorySegment y) {
    SignalShape shape = new SignalShape(batch, rows, columns);
    try (NativeHandle.Use use = frame.use()) {
      CallArguments in = frame.of("sgconv_cpu_transpose", element);
      long bytes = shape.signalBytes(element);
      NativeResult.cpu(
          "sgconv_cpu_transpose",
          SgconvCpu.sgconv_cpu_transpose(
              use.address(),
              batch,
              rows,
              columns,
              element.code(),
              in.input("x", x, bytes),
              in.output("y", y, bytes)));
    }
  }
}
