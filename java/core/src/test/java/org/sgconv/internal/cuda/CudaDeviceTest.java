package org.sgconv.internal.cuda;

import org.junit.jupiter.api.BeforeEach;
import org.sgconv.Backend;
import org.sgconv.contract.CudaDevice;
import org.sgconv.contract.OnCudaDevice;
import org.sgconv.device.Device;

/** What tests of streams, events and memory start from: the backend and its first device. */
@OnCudaDevice
abstract class CudaDeviceTest {

  Backend cuda;
  Device device;

  @BeforeEach
  void findDevice() {
    cuda = CudaDevice.backend();
    device = Device.all(cuda).getFirst();
  }
}
