package org.sgconv.bindings;

import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.load.LoadFailure;

/** CUDA works on this machine but has no device to work on. */
public final class NoDeviceException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final LoadFailure failure;

  NoDeviceException(LoadFailure failure, String reason, @Nullable CudaErrorException cause) {
    super("no CUDA device: " + reason, cause);
    this.failure = failure;
  }

  /** What kind of reason it is. */
  public LoadFailure failure() {
    return failure;
  }
}
