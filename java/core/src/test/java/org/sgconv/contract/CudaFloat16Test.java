package org.sgconv.contract;

import org.sgconv.tensor.DType;

/** The CUDA backend with signals in float16; kernels and arithmetic are float32. */
@OnCudaDevice
class CudaFloat16Test implements CudaContract {

  @Override
  public DType type() {
    return DType.FLOAT16;
  }
}
