package org.sgconv.tensor;

import org.jspecify.annotations.Nullable;
import org.sgconv.device.DeviceMemory;
import org.sgconv.device.WrongDeviceException;

/**
 * The place of a tensor's elements on a device.
 *
 * @param memory the device's memory that the tensor, or the one that it views, owns
 * @param offset of the first element, in bytes
 * @param byteSize of all elements
 * @since 0.1.0
 */
public record DevicePart(DeviceMemory memory, long offset, long byteSize) {

  static DevicePart of(Tensor tensor, @Nullable DeviceMemory memory, long offset) {
    if (memory == null) {
      throw new WrongDeviceException(
          "tensor "
              + tensor
              + " is in the host's memory: take it to a device with moveTo(backend) or"
              + " copyTo(stream)");
    }
    return new DevicePart(memory, offset, tensor.byteSize());
  }

  static WrongDeviceException notOnHost(Tensor tensor) {
    return new WrongDeviceException(
        "tensor "
            + tensor
            + " is on "
            + tensor.stream().orElseThrow()
            + ", where the host cannot reach its elements: copy it with toHost()");
  }
}
