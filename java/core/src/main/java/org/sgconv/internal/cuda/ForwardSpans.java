package org.sgconv.internal.cuda;

import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.CudaSpan;
import org.sgconv.spi.ForwardOperands;

/**
 * The device's side of a forward call.
 *
 * @param batch B
 */
record ForwardSpans(
    long batch,
    CudaSpan spectrum,
    CudaSpan u,
    @Nullable CudaSpan pre,
    @Nullable CudaSpan post,
    CudaSpan y) {

  static ForwardSpans of(GpuStream stream, CudaSpan spectrum, ForwardOperands call) {
    return new ForwardSpans(
        call.batch(),
        spectrum,
        stream.span("u", call.u()),
        stream.optionalSpan("pre", call.pre()),
        stream.optionalSpan("post", call.post()),
        stream.span("y", call.y()));
  }
}
