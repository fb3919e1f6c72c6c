package org.sgconv.device;

import java.util.List;
import org.sgconv.Backend;
import org.sgconv.InvalidArgumentException;

/**
 * A backend that computes on devices; its work goes to one stream.
 *
 * @since 0.1.0
 */
public interface DeviceBackend extends Backend {

  /**
   * The backend as one that computes on devices, usable here.
   *
   * @throws InvalidArgumentException if it computes on the host
   * @throws org.sgconv.BackendUnavailableException if it cannot be used here
   */
  static DeviceBackend of(Backend backend) {
    if (!(backend instanceof DeviceBackend devices)) {
      throw new InvalidArgumentException(
          "backend '" + backend.name() + "' computes on the host: it has no devices");
    }
    devices.ensureAvailable();
    return devices;
  }

  /**
   * Every device that it can use, in the order of their ordinals; {@code info().leftOut()} has the
   * others. None is used to find out: one that is full, or that another process has to itself, says
   * so at its first use.
   */
  List<Device> devices();

  /**
   * Where its work goes: of the backend that {@code Backends} names, the default stream of the
   * first device that can be used when it is first asked for.
   *
   * @throws org.sgconv.SgConvException if no device can be used now
   */
  Stream stream();
}
