package org.sgconv.internal.cuda;

import org.sgconv.bindings.CudaElement;
import org.sgconv.tensor.DType;

/** Element types as our CUDA kernels name them. */
final class ElementTypes {

  private ElementTypes() {}

  static CudaElement of(DType type) {
    return switch (type) {
      case FLOAT32 -> CudaElement.FLOAT32;
      case BFLOAT16 -> CudaElement.BFLOAT16;
      case FLOAT16 -> CudaElement.FLOAT16;
      case FLOAT64 -> throw new IllegalStateException("the backend takes no FLOAT64");
    };
  }
}
