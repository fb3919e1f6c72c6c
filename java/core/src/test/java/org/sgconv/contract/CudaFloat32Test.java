package org.sgconv.contract;

import org.sgconv.tensor.DType;

/** The CUDA backend in float32. */
@OnCudaDevice
class CudaFloat32Test implements CudaContract, KernelContract, LayerContract, NormLimits, Golden {

  @Override
  public DType type() {
    return DType.FLOAT32;
  }
}
