package org.sgconv.contract;

import org.sgconv.Backend;
import org.sgconv.device.DeviceBackend;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.tensor.Tensor;

/** Puts what a test makes where the backend under test computes. */
final class Placement {

  private Placement() {}

  /** The tensor itself on the host; on a device a copy, and the tensor is closed. */
  static Tensor of(Backend backend, Tensor host) {
    if (backend instanceof DeviceBackend devices) {
      try (host) {
        return host.copyTo(devices.stream());
      }
    }
    return host;
  }

  /** A copy of parameters on the host, for the caller to close. */
  static KernelParameters copy(Backend backend, KernelParameters host) {
    if (backend instanceof DeviceBackend devices) {
      return host.copyTo(devices.stream());
    }
    return KernelParameters.of(
        host.spec(),
        host.weights().copy(),
        host.decay().copy(),
        host.norm().map(Tensor::copy).orElse(null));
  }

  /** The parameters themselves on the host; on a device a copy, and the parameters are closed. */
  static KernelParameters of(Backend backend, KernelParameters host) {
    if (backend instanceof DeviceBackend devices) {
      try (host) {
        return host.copyTo(devices.stream());
      }
    }
    return host;
  }
}
