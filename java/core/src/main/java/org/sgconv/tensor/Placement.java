package org.sgconv.tensor;

import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.device.Stream;
import org.sgconv.device.WrongDeviceException;
import org.sgconv.spi.BackendProvider;

/** Takes tensors to where a backend computes: the host's memory, or its stream's device. */
final class Placement {

  private Placement() {}

  /** The stream that the backend computes on, or null for the host. */
  private static @Nullable Stream streamOf(Backend backend) {
    return BackendProvider.of(backend).stream().orElse(null);
  }

  static Tensor zeros(Backend backend, DType type, long... dims) {
    Stream stream = streamOf(backend);
    return stream == null ? Tensor.zeros(type, dims) : Tensor.zeros(stream, type, dims);
  }

  /**
   * Page-locked where the backend copies from the host's memory, ordinary where it computes in it.
   */
  static Tensor pinned(Backend backend, DType type, long... dims) {
    Stream stream = streamOf(backend);
    return stream == null
        ? Tensor.zeros(type, dims)
        : Tensor.pinned(stream.backend().provider(), type, Shape.of(dims));
  }

  static boolean isThere(Tensor tensor, Backend backend) {
    tensor.requireOpen();
    return Objects.equals(streamOf(backend), tensor.stream().orElse(null));
  }

  static Tensor copy(Tensor tensor, Backend backend) {
    tensor.requireOpen();
    Stream stream = streamOf(backend);
    return stream == null ? tensor.toHost() : tensor.copyTo(stream);
  }

  static Tensor move(Tensor tensor, Backend backend) {
    if (isThere(tensor, backend)) {
      return tensor;
    }
    try (Closer made = Closer.onFailure()) {
      Tensor copy = made.add(copy(tensor, backend));
      tensor.close();
      made.keep();
      return copy;
    }
  }

  static WrongDeviceException notOnDevice(Tensor tensor) {
    return new WrongDeviceException(
        "tensor "
            + tensor
            + " is in the host's memory: take it to a device with moveTo(backend) or"
            + " copyTo(stream)");
  }

  static WrongDeviceException notOnHost(Tensor tensor) {
    return new WrongDeviceException(
        "tensor "
            + tensor
            + " is on "
            + tensor.stream().orElseThrow()
            + ", where the host cannot reach its elements: copy it with toHost(), and back with"
            + " copyFrom(tensor)");
  }

  /** A new tensor on the host, moved; closed if it cannot be. */
  static Tensor moveNew(Backend backend, Supplier<Tensor> host) {
    try (Closer made = Closer.onFailure()) {
      Tensor moved = made.add(host.get()).moveTo(backend);
      made.keep();
      return moved;
    }
  }
}
