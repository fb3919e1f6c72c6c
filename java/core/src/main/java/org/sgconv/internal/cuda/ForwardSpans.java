package org.sgconv.internal.cuda;

import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.CudaSpan;
import org.sgconv.tensor.Tensor;

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

  static ForwardSpans of(
      GpuStream stream,
      CudaSpan spectrum,
      Tensor u,
      @Nullable Tensor pre,
      @Nullable Tensor post,
      Tensor y) {
    return new ForwardSpans(
        u.dim(0),
        spectrum,
        stream.span("u", u),
        stream.optionalSpan("pre", pre),
        stream.optionalSpan("post", post),
        stream.span("y", y));
  }
}
