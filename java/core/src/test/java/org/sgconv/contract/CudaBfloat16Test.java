package org.sgconv.contract;

import org.sgconv.tensor.DType;

/** The CUDA backend with signals in bfloat16; kernels and arithmetic are float32. */
@OnCudaDevice
class CudaBfloat16Test implements CudaContract {

  @Override
  public DType type() {
    return DType.BFLOAT16;
  }
}
