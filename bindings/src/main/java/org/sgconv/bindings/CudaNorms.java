package org.sgconv.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.cuda.SgconvCuda;

/**
 * Norms of signals (B, H, L) on a stream; every argument is checked. A residual is added to dx, and
 * dx may be the same memory.
 */
public final class CudaNorms {

  private static final long FLOAT = Float.BYTES;

  private final CudaFrame frame;
  private final MemorySegment size = Arena.ofAuto().allocate(ValueLayout.JAVA_LONG);

  /** On this stream. */
  public CudaNorms(CudaStream stream) {
    this.frame = new CudaFrame(stream);
  }

  /** LayerNorm over channels: weight and bias (H), mean and scale (B, L), both null or neither. */
  public void layer(
      SignalShape shape,
      double epsilon,
      CudaSpan x,
      CudaSpan weight,
      CudaSpan bias,
      CudaSpan y,
      @Nullable CudaSpan mean,
      @Nullable CudaSpan scale) {
    try (NativeHandle.Use use = frame.use()) {
      CudaFrame in = frame.of("sgconv_cuda_layer_norm_forward");
      NativeResult.cuda(
          "sgconv_cuda_layer_norm_forward",
          SgconvCuda.sgconv_cuda_layer_norm_forward(
              frame.geometry(shape),
              epsilon,
              in.input("x", x, CudaFrame.signalBytes(shape)),
              in.input("weight", weight, CudaFrame.channelBytes(shape)),
              in.input("bias", bias, CudaFrame.channelBytes(shape)),
              in.output("y", y, CudaFrame.signalBytes(shape)),
              in.optionalOutput("mean", mean, CudaFrame.positionBytes(shape)),
              in.optionalOutput("scale", scale, CudaFrame.positionBytes(shape)),
              use.address()));
    }
  }

  /** Gradients of {@link #layer}: dx (B, H, L), dweight and dbias (H). */
  public void layerBackward(
      SignalShape shape,
      CudaSpan x,
      CudaSpan weight,
      CudaSpan mean,
      CudaSpan scale,
      CudaSpan dy,
      @Nullable CudaSpan residual,
      CudaSpan dx,
      CudaSpan dweight,
      CudaSpan dbias) {
    try (NativeHandle.Use use = frame.use()) {
      CudaFrame in = frame.of("sgconv_cuda_layer_norm_backward");
      long signal = CudaFrame.signalBytes(shape);
      NativeResult.cuda(
          "sgconv_cuda_layer_norm_backward",
          SgconvCuda.sgconv_cuda_layer_norm_backward(
              frame.geometry(shape),
              in.input("x", x, signal),
              in.input("weight", weight, CudaFrame.channelBytes(shape)),
              in.input("mean", mean, CudaFrame.positionBytes(shape)),
              in.input("scale", scale, CudaFrame.positionBytes(shape)),
              in.input("dy", dy, signal),
              in.optionalInputOr("residual", residual, signal, "dx"),
              in.output("dx", dx, signal),
              in.output("dweight", dweight, CudaFrame.channelBytes(shape)),
              in.output("dbias", dbias, CudaFrame.channelBytes(shape)),
              use.address()));
    }
  }

  /** The norm of two scalars; mean and scale (B, L), both null or neither. */
  public void scalar(
      SignalShape shape,
      CudaSpan x,
      CudaSpan shift,
      CudaSpan factor,
      CudaSpan y,
      @Nullable CudaSpan mean,
      @Nullable CudaSpan scale) {
    try (NativeHandle.Use use = frame.use()) {
      CudaFrame in = frame.of("sgconv_cuda_scalar_norm_forward");
      NativeResult.cuda(
          "sgconv_cuda_scalar_norm_forward",
          SgconvCuda.sgconv_cuda_scalar_norm_forward(
              frame.geometry(shape),
              in.input("x", x, CudaFrame.signalBytes(shape)),
              in.input("shift", shift, FLOAT),
              in.input("factor", factor, FLOAT),
              in.output("y", y, CudaFrame.signalBytes(shape)),
              in.optionalOutput("mean", mean, CudaFrame.positionBytes(shape)),
              in.optionalOutput("scale", scale, CudaFrame.positionBytes(shape)),
              use.address()));
    }
  }

  /** Bytes of workspace that {@link #scalarBackward} needs. */
  public long workspaceBytes(SignalShape shape) {
    try (NativeHandle.Use _ = frame.use()) {
      NativeResult.cuda(
          "sgconv_cuda_scalar_norm_workspace",
          SgconvCuda.sgconv_cuda_scalar_norm_workspace(frame.geometry(shape), size));
      return size.get(ValueLayout.JAVA_LONG, 0);
    }
  }

  /** Gradients of {@link #scalar}: dx (B, H, L), dshift and dfactor of one element. */
  public void scalarBackward(
      SignalShape shape,
      CudaSpan x,
      CudaSpan shift,
      CudaSpan factor,
      CudaSpan mean,
      CudaSpan scale,
      CudaSpan dy,
      @Nullable CudaSpan residual,
      CudaSpan dx,
      CudaSpan dshift,
      CudaSpan dfactor,
      CudaSpan workspace) {
    try (NativeHandle.Use use = frame.use()) {
      long scratch = workspaceBytes(shape);
      CudaFrame in = frame.of("sgconv_cuda_scalar_norm_backward");
      long signal = CudaFrame.signalBytes(shape);
      NativeResult.cuda(
          "sgconv_cuda_scalar_norm_backward",
          SgconvCuda.sgconv_cuda_scalar_norm_backward(
              frame.geometry(shape),
              in.input("x", x, signal),
              in.input("shift", shift, FLOAT),
              in.input("factor", factor, FLOAT),
              in.input("mean", mean, CudaFrame.positionBytes(shape)),
              in.input("scale", scale, CudaFrame.positionBytes(shape)),
              in.input("dy", dy, signal),
              in.optionalInputOr("residual", residual, signal, "dx"),
              in.output("dx", dx, signal),
              in.output("dshift", dshift, FLOAT),
              in.output("dfactor", dfactor, FLOAT),
              in.arguments().scratch("workspace", workspace, scratch, Double.BYTES),
              use.address()));
    }
  }

  /** BatchNorm; mean and variance (H) are read if they are given, else computed and written. */
  public void batch(
      SignalShape shape,
      boolean given,
      double epsilon,
      CudaSpan x,
      CudaSpan weight,
      CudaSpan bias,
      CudaSpan y,
      CudaSpan mean,
      CudaSpan variance) {
    try (NativeHandle.Use use = frame.use()) {
      CudaFrame in = frame.of("sgconv_cuda_batch_norm_forward");
      long channels = CudaFrame.channelBytes(shape);
      NativeResult.cuda(
          "sgconv_cuda_batch_norm_forward",
          SgconvCuda.sgconv_cuda_batch_norm_forward(
              frame.geometry(shape),
              given ? 1 : 0,
              epsilon,
              in.input("x", x, CudaFrame.signalBytes(shape)),
              in.input("weight", weight, channels),
              in.input("bias", bias, channels),
              in.output("y", y, CudaFrame.signalBytes(shape)),
              given ? in.input("mean", mean, channels) : in.output("mean", mean, channels),
              given
                  ? in.input("variance", variance, channels)
                  : in.output("variance", variance, channels),
              use.address()));
    }
  }

  /** Gradients of {@link #batch} that was not given its statistics. */
  public void batchBackward(
      SignalShape shape,
      double epsilon,
      CudaSpan x,
      CudaSpan weight,
      CudaSpan mean,
      CudaSpan variance,
      CudaSpan dy,
      @Nullable CudaSpan residual,
      CudaSpan dx,
      CudaSpan dweight,
      CudaSpan dbias) {
    try (NativeHandle.Use use = frame.use()) {
      CudaFrame in = frame.of("sgconv_cuda_batch_norm_backward");
      long signal = CudaFrame.signalBytes(shape);
      long channels = CudaFrame.channelBytes(shape);
      NativeResult.cuda(
          "sgconv_cuda_batch_norm_backward",
          SgconvCuda.sgconv_cuda_batch_norm_backward(
              frame.geometry(shape),
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
              use.address()));
    }
  }

  /** Moves running statistics towards those of a batch of {@code count} positions. */
  public void running(
      long channels,
      long count,
      double momentum,
      CudaSpan mean,
      CudaSpan variance,
      CudaSpan runningMean,
      CudaSpan runningVariance) {
    try (NativeHandle.Use use = frame.use()) {
      CudaFrame in = frame.of("sgconv_cuda_running_statistics");
      long bytes = Sizes.floatBytes("mean", 1, 1, 1, channels);
      NativeResult.cuda(
          "sgconv_cuda_running_statistics",
          SgconvCuda.sgconv_cuda_running_statistics(
              channels,
              count,
              momentum,
              in.input("mean", mean, bytes),
              in.input("variance", variance, bytes),
              in.output("runningMean", runningMean, bytes),
              in.output("runningVariance", runningVariance, bytes),
              use.address()));
    }
  }
}
