package org.sgconv.signal;

import java.util.List;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.conv.LongConvolution;
import org.sgconv.spi.BackendProvider;
import org.sgconv.tensor.DType;

/** The backend for samples in Java arrays, where nobody names one. */
final class HostBackend {

  private HostBackend() {}

  /**
   * The backend that {@link Backends#PROPERTY} names; without it the one of the highest rank that
   * computes in the host's memory and takes this type. Arrays would have to be copied to a device
   * and back, which costs more than the convolution.
   */
  static Backend taking(DType type) {
    Backend best = Backends.best(); // and logs what cannot be used
    if (System.getProperty(Backends.PROPERTY) != null) {
      return best;
    }
    List<Backend> all = Backends.all();
    return all.stream()
        .filter(backend -> backend.isAvailable() && computes(backend, type))
        .findFirst()
        .orElse(best);
  }

  private static boolean computes(Backend backend, DType type) {
    return BackendProvider.of(backend).stream().isEmpty()
        && LongConvolution.supportedTypes(backend).contains(type);
  }
}
