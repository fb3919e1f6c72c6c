package org.sgconv.internal.cuda;

import org.sgconv.bindings.CudaSpan;
import org.sgconv.bindings.KernelShape;
import org.sgconv.internal.boundary.Shapes;
import org.sgconv.spi.KernelGeometry;
import org.sgconv.tensor.Tensor;

/** The device's side of a kernel's parameters: weights (S,C',H,d), decay (H), norm (C',H). */
record KernelSpans(KernelShape shape, CudaSpan weights, CudaSpan decay, CudaSpan norm) {

  static KernelSpans of(
      GpuStream stream, KernelGeometry geometry, Tensor weights, Tensor decay, Tensor norm) {
    return new KernelSpans(
        Shapes.of(geometry),
        stream.span("weights", weights),
        stream.span("decay", decay),
        stream.span("norm", norm));
  }
}
