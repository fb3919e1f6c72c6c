package org.sgconv.bindings;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.cpu.SgconvCpu;

/**
 * Norms of signals (B, H, L) on a {@link CpuContext}. Workspaces are 64-byte aligned, of at least
 * {@link #workspaceBytes}; null for none. A residual is added to dx, and dx may be the same memory.
 */
public final class CpuNorms {

  private final CpuFrame frame;

  CpuNorms(CpuFrame frame) {
    this.frame = frame;
  }

  /** Bytes of workspace that a call on such signals needs; may be 0. */
  public long workspaceBytes(SignalShape shape, CpuElement element) {
    try (NativeHandle.Use use = frame.use()) {
      return workspaceBytes(use, frame.geometry(shape), element);
    }
  }

  private long workspaceBytes(NativeHandle.Use use, MemorySegment geometry, CpuElement element) {
    NativeResult.cpu(
        "sgconv_cpu_norm_workspace",
        SgconvCpu.sgconv_cpu_norm_workspace(use.address(), geometry, element.code(), frame.size()));
    return frame.sizeValue();
  }

  /**
   * LayerNorm over channels.
   *
   * @param weight (H)
   * @param bias (H)
   * @param mean (B, L), written; null if scale is
   * @param scale (B, L), written; null if mean is
   */
  public void layer(
      SignalShape shape,
      CpuElement element,
      double epsilon,
      MemorySegment x,
      MemorySegment weight,
      MemorySegment bias,
      MemorySegment y,
      @Nullable MemorySegment mean,
      @Nullable MemorySegment scale,
      @Nullable MemorySegment workspace) {
    try (NativeHandle.Use use = frame.use()) {
      CallArguments in = frame.of("sgconv_cpu_layer_norm_forward", element);
      MemorySegment geometry = frame.geometry(shape);
      NativeResult.cpu(
          "sgconv_cpu_layer_norm_forward",
          SgconvCpu.sgconv_cpu_layer_norm_forward(
              use.address(),
              geometry,
              element.code(),
              epsilon,
              in.input("x", x, shape.signalBytes(element)),
              in.input("weight", weight, shape.channelBytes(element)),
              in.input("bias", bias, shape.channelBytes(element)),
              in.output("y", y, shape.signalBytes(element)),
              in.optionalOutput("mean", mean, shape.positionBytes(element)),
              in.optionalOutput("scale", scale, shape.positionBytes(element)),
              in.scratch(workspace, workspaceBytes(use, geometry, element))));
    }
  }

  /** Gradients of {@link #layer}: dx (B, H, L), dweight and dbias (H). */
  public void layerBackward(
      SignalShape shape,
      CpuElement element,
      MemorySegment x,
      MemorySegment weight,
      MemorySegment mean,
      MemorySegment scale,
      MemorySegment dy,
      @Nullable MemorySegment residual,
      MemorySegment dx,
      MemorySegment dweight,
      MemorySegment dbias,
      @Nullable MemorySegment workspace) {
    try (NativeHandle.Use use = frame.use()) {
      CallArguments in = frame.of("sgconv_cpu_layer_norm_backward", element);
      MemorySegment geometry = frame.geometry(shape);
      long signal = shape.signalBytes(element);
      NativeResult.cpu(
          "sgconv_cpu_layer_norm_backward",
          SgconvCpu.sgconv_cpu_layer_norm_backward(
              use.address(),
              geometry,
              element.code(),
              in.input("x", x, signal),
              in.input("weight", weight, shape.channelBytes(element)),
              in.input("mean", mean, shape.positionBytes(element)),
              in.input("scale", scale, shape.positionBytes(element)),
              in.input("dy", dy, signal),
              in.optionalInputOr("residual", residual, signal, "dx"),
              in.output("dx", dx, signal),
              in.output("dweight", dweight, shape.channelBytes(element)),
              in.output("dbias", dbias, shape.channelBytes(element)),
              in.scratch(workspace, workspaceBytes(use, geometry, element))));
    }
  }

  /**
   * The norm with two scalars, (s/σ)·(x − μ + m).
   *
   * @param shift m, one element
   * @param factor s, one element
   * @param mean (B, L), written; null if scale is
   * @param scale (B, L), written; null if mean is
   */
  public void scalar(
      SignalShape shape,
      CpuElement element,
      MemorySegment x,
      MemorySegment shift,
      MemorySegment factor,
      MemorySegment y,
      @Nullable MemorySegment mean,
      @Nullable MemorySegment scale,
      @Nullable MemorySegment workspace) {
    try (NativeHandle.Use use = frame.use()) {
      CallArguments in = frame.of("sgconv_cpu_scalar_norm_forward", element);
      MemorySegment geometry = frame.geometry(shape);
      NativeResult.cpu(
          "sgconv_cpu_scalar_norm_forward",
          SgconvCpu.sgconv_cpu_scalar_norm_forward(
              use.address(),
              geometry,
              element.code(),
              in.input("x", x, shape.signalBytes(element)),
              in.input("shift", shift, element.bytes()),
              in.input("factor", factor, element.bytes()),
              in.output("y", y, shape.signalBytes(element)),
              in.optionalOutput("mean", mean, shape.positionBytes(element)),
              in.optionalOutput("scale", scale, shape.positionBytes(element)),
              in.scratch(workspace, workspaceBytes(use, geometry, element))));
    }
  }

  /** Gradients of {@link #scalar}: dx (B, H, L), dshift and dfactor of one element. */
  public void scalarBackward(
      SignalShape shape,
      CpuElement element,
      MemorySegment x,
      MemorySegment shift,
      MemorySegment factor,
      MemorySegment mean,
      MemorySegment scale,
      MemorySegment dy,
      @Nullable MemorySegment residual,
      MemorySegment dx,
      MemorySegment dshift,
      MemorySegment dfactor,
      @Nullable MemorySegment workspace) {
    try (NativeHandle.Use use = frame.use()) {
      CallArguments in = frame.of("sgconv_cpu_scalar_norm_backward", element);
      MemorySegment geometry = frame.geometry(shape);
      long signal = shape.signalBytes(element);
      NativeResult.cpu(
          "sgconv_cpu_scalar_norm_backward",
          SgconvCpu.sgconv_cpu_scalar_norm_backward(
              use.address(),
              geometry,
              element.code(),
              in.input("x", x, signal),
              in.input("shift", shift, element.bytes()),
              in.input("factor", factor, element.bytes()),
              in.input("mean", mean, shape.positionBytes(element)),
              in.input("scale", scale, shape.positionBytes(element)),
              in.input("dy", dy, signal),
              in.optionalInputOr("residual", residual, signal, "dx"),
              in.output("dx", dx, signal),
              in.output("dshift", dshift, element.bytes()),
              in.output("dfactor", dfactor, element.bytes()),
              in.scratch(workspace, workspaceBytes(use, geometry, element))));
    }
  }

  /**
   * BatchNorm.
   *
   * @param given whether mean and variance are read, and not computed and written
   * @param weight (H)
   * @param bias (H)
   * @param mean (H)
   * @param variance (H)
   */
  public void batch(
      SignalShape shape,
      CpuElement element,
      boolean given,
      double epsilon,
      MemorySegment x,
      MemorySegment weight,
      MemorySegment bias,
      MemorySegment y,
      MemorySegment mean,
      MemorySegment variance,
      @Nullable MemorySegment workspace) {
    try (NativeHandle.Use use = frame.use()) {
      CallArguments in = frame.of("sgconv_cpu_batch_norm_forward", element);
      MemorySegment geometry = frame.geometry(shape);
      long channels = shape.channelBytes(element);
      NativeResult.cpu(
          "sgconv_cpu_batch_norm_forward",
          SgconvCpu.sgconv_cpu_batch_norm_forward(
              use.address(),
              geometry,
              element.code(),
              given ? 1 : 0,
              epsilon,
              in.input("x", x, shape.signalBytes(element)),
              in.input("weight", weight, channels),
              in.input("bias", bias, channels),
              in.output("y", y, shape.signalBytes(element)),
              given ? in.input("mean", mean, channels) : in.output("mean", mean, channels),
              given
                  ? in.input("variance", variance, channels)
                  : in.output("variance", variance, channels),
              in.scratch(workspace, workspaceBytes(use, geometry, element))));
    }
  }

  /** Gradients of {@link #batch} that was not given its statistics. */
  public void batchBackward(
      SignalShape shape,
      CpuElement element,
      double epsilon,
      MemorySegment x,
      MemorySegment weight,
      MemorySegment mean,
      MemorySegment variance,
      MemorySegment dy,
      @Nullable MemorySegment residual,
      MemorySegment dx,
      MemorySegment dweight,
      MemorySegment dbias,
      @Nullable MemorySegment workspace) {
    try (NativeHandle.Use use = frame.use()) {
      CallArguments in = frame.of("sgconv_cpu_batch_norm_backward", element);
      MemorySegment geometry = frame.geometry(shape);
      long signal = shape.signalBytes(element);
      long channels = shape.channelBytes(element);
      NativeResult.cpu(
          "sgconv_cpu_batch_norm_backward",
          SgconvCpu.sgconv_cpu_batch_norm_backward(
              use.address(),
              geometry,
              element.code(),
              epsilon,
              in.input("x", x, signal),
              in.input("weight", weight, channels),
              in.input("mean", mean, channels),
              in.input("variance", variance, channels),
              in.input("dy", dy, signal),
              in.optionalInputOr("residual", residual, signal, "dx"),
              in.output("dx", dx, signal),
              in.output("dweight", dweight, channels),
              in.output("dbias", dbias, channels),
              in.scratch(workspace, workspaceBytes(use, geometry, element))));
    }
  }
}
