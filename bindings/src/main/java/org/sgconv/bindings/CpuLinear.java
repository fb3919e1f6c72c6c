package org.sgconv.bindings;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.cpu.SgconvCpu;

/** Linear maps over channels on a {@link CpuContext}, which must have been given products. */
public final class CpuLinear {

  private final CpuFrame frame;

  CpuLinear(CpuFrame frame) {
    this.frame = frame;
  }

  /** Bytes of workspace that a forward or a backward call needs; may be 0. */
  public long workspaceBytes(LinearShape shape, CpuElement element, boolean backward) {
    try (NativeHandle.Use use = frame.use()) {
      return workspaceBytes(use, frame.geometry(shape), element, backward);
    }
  }

  private long workspaceBytes(
      NativeHandle.Use use, MemorySegment geometry, CpuElement element, boolean backward) {
    NativeResult.cpu(
        "sgconv_cpu_linear_workspace",
        SgconvCpu.sgconv_cpu_linear_workspace(
            use.address(), geometry, element.code(), backward ? 1 : 0, frame.size()));
    return frame.sizeValue();
  }

  /**
   * Writes y (B, P, L), and z where it is given.
   *
   * @param x (B, N, L)
   * @param weight (M, N)
   * @param bias (M) or null
   * @param residual (B, P, L) or null; y may be the same memory
   * @param z (B, M, L) or null; only with a gated linear unit
   * @param workspace 64-byte aligned, at least {@link #workspaceBytes}; null for none
   */
  public void forward(
      LinearShape shape,
      CpuElement element,
      MemorySegment x,
      MemorySegment weight,
      @Nullable MemorySegment bias,
      @Nullable MemorySegment residual,
      @Nullable MemorySegment z,
      MemorySegment y,
      @Nullable MemorySegment workspace) {
    try (NativeHandle.Use use = frame.use()) {
      CallArguments in = frame.of("sgconv_cpu_linear_forward", element);
      MemorySegment geometry = frame.geometry(shape);
      long output = shape.outputBytes(element);
      NativeResult.cpu(
          "sgconv_cpu_linear_forward",
          SgconvCpu.sgconv_cpu_linear_forward(
              use.address(),
              geometry,
              element.code(),
              in.input("x", x, shape.inputBytes(element)),
              in.input("weight", weight, shape.weightBytes(element)),
              in.optionalInput("bias", bias, shape.biasBytes(element)),
              in.optionalInputOr("residual", residual, output, "y"),
              in.optionalOutput("z", z, shape.mappedBytes(element)),
              in.output("y", y, output),
              in.scratch(workspace, workspaceBytes(use, geometry, element, false))));
    }
  }

  /**
   * Writes the gradients.
   *
   * @param z as the forward call wrote it; null without a gated linear unit
   * @param dx (B, N, L) or null
   * @param dweight (M, N)
   * @param dbias (M) or null
   * @param workspace 64-byte aligned, at least {@link #workspaceBytes}; null for none
   */
  public void backward(
      LinearShape shape,
      CpuElement element,
      MemorySegment x,
      MemorySegment weight,
      @Nullable MemorySegment z,
      MemorySegment dy,
      @Nullable MemorySegment dx,
      MemorySegment dweight,
      @Nullable MemorySegment dbias,
      @Nullable MemorySegment workspace) {
    try (NativeHandle.Use use = frame.use()) {
      CallArguments in = frame.of("sgconv_cpu_linear_backward", element);
      MemorySegment geometry = frame.geometry(shape);
      long weightBytes = shape.weightBytes(element);
      NativeResult.cpu(
          "sgconv_cpu_linear_backward",
          SgconvCpu.sgconv_cpu_linear_backward(
              use.address(),
              geometry,
              element.code(),
              in.input("x", x, shape.inputBytes(element)),
              in.input("weight", weight, weightBytes),
              in.optionalInput("z", z, shape.mappedBytes(element)),
              in.input("dy", dy, shape.outputBytes(element)),
              in.optionalOutput("dx", dx, shape.inputBytes(element)),
              in.output("dweight", dweight, weightBytes),
              in.optionalOutput("dbias", dbias, shape.biasBytes(element)),
              in.scratch(workspace, workspaceBytes(use, geometry, element, true))));
    }
  }
}
