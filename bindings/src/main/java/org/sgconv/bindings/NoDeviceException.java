package org.sgconv.bindings;

import org.jspecify.annotations.Nullable;

/** CUDA works on this machine but has no device to work on. */
public final class NoDeviceException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  NoDeviceException(String reason, @Nullable CudaErrorException cause) {
    super("no CUDA device: " + reason, cause);
  }
}
