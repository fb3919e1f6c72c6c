package org.sgconv.example;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.sgconv.Backends;
import org.sgconv.contract.CudaDevice;
import org.sgconv.contract.OnCudaDevice;

/** The same lines on a device: nobody asks for it, {@code Backends.best()} finds it. */
@OnCudaDevice
class CudaTenLinesTest extends TenLinesTest {

  @BeforeEach
  void requireDevice() {
    assertThat(Backends.best()).isSameAs(CudaDevice.backend());
  }
}
