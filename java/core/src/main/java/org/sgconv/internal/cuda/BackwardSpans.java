package org.sgconv.internal.cuda;

import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.CudaSpan;
import org.sgconv.spi.BackwardOperands;
import org.sgconv.spi.GradientTargets;

/**
 * The device's side of a backward call; null is not given, or not wanted.
 *
 * @param batch B
 */
record BackwardSpans(
    long batch,
    CudaSpan spectrum,
    CudaSpan u,
    @Nullable CudaSpan pre,
    @Nullable CudaSpan post,
    CudaSpan dy,
    @Nullable CudaSpan du,
    @Nullable CudaSpan dk,
    @Nullable CudaSpan dskip,
    @Nullable CudaSpan dpre,
    @Nullable CudaSpan dpost) {

  static BackwardSpans of(GpuStream stream, CudaSpan spectrum, BackwardOperands call) {
    GradientTargets targets = call.targets();
    return new BackwardSpans(
        call.batch(),
        spectrum,
        stream.span("u", call.u()),
        stream.optionalSpan("pre", call.pre()),
        stream.optionalSpan("post", call.post()),
        stream.span("dy", call.dy()),
        stream.optionalSpan("gradient of u", targets.input()),
        stream.optionalSpan("gradient of kernel", targets.kernel()),
        stream.optionalSpan("gradient of skip", targets.skip()),
        stream.optionalSpan("gradient of pre", targets.pre()),
        stream.optionalSpan("gradient of post", targets.post()));
  }

  boolean wantsInput() {
    return du != null || dpre != null;
  }

  boolean wantsKernel() {
    return dk != null || dskip != null;
  }

  boolean wantsSignal() {
    return wantsKernel() || dpost != null;
  }

  boolean wantsNothing() {
    return !wantsInput() && !wantsSignal();
  }
}
