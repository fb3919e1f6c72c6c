package org.sgconv.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sgconv.contract.CudaDevice;
import org.sgconv.contract.OnCudaDevice;

/** Page-locked memory is guarded as other memory of the host is. */
@OnCudaDevice
@Timeout(60)
class CudaPinnedLifecycleTest {

  @Test
  void refusesToCloseUnderACallAndStaysOpen() throws Exception {
    long before = Tensor.openCount();
    TensorLifecycleTest.requireRefusalUnderACall(
        Tensor.pinned(CudaDevice.backend(), DType.FLOAT32, 1 << 20));
    assertThat(Tensor.openCount()).isEqualTo(before);
  }
}
