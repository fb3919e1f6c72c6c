package org.sgconv.contract;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.sgconv.tensor.DType;

/**
 * The CUDA backend with cuFFT for every length. Without the property short signals take fused CUDA
 * kernels, as in {@link CudaFloat32Test}.
 */
@OnCudaDevice
class CudaFftPathTest implements CudaContract {

  private static final String PATH = "sgconv.cuda.path";

  @BeforeAll
  static void choose() {
    System.setProperty(PATH, "cufft");
  }

  @AfterAll
  static void leave() {
    System.clearProperty(PATH);
  }

  @Override
  public DType type() {
    return DType.FLOAT32;
  }
}
