package org.sgconv.internal.cuda;

import org.sgconv.bindings.CudaSpan;
import org.sgconv.bindings.KernelShape;
import org.sgconv.internal.boundary.Shapes;
import org.sgconv.spi.KernelOperands;

/** The device's side of a kernel's parameters: weights (S,C',H,d), decay (H), norm (C',H). */
record KernelSpans(KernelShape shape, CudaSpan weights, CudaSpan decay, CudaSpan norm) {

  static KernelSpans of(GpuStream stream, KernelOperands parameters) {
    return new KernelSpans(
        Shapes.of(parameters.geometry()),
        stream.span("weights", parameters.weights()),
        stream.span("decay", parameters.decay()),
        stream.span("norm", parameters.norm()));
  }
}
