package org.sgconv.internal.cuda;

import org.sgconv.BackendFailureException;
import org.sgconv.ClosedException;
import org.sgconv.HostMemoryException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.SgConvException;
import org.sgconv.bindings.CudaErrorException;
import org.sgconv.bindings.NativeStatusException;
import org.sgconv.bindings.load.NativeLibraryException;
import org.sgconv.device.DeviceLostException;
import org.sgconv.device.DeviceMemoryException;

/** The library's exceptions for failures of the bindings. */
final class Failures {

  private Failures() {}

  /**
   * What the caller throws instead of {@code failure}.
   *
   * @param purpose what was being done, for the message
   */
  static RuntimeException translate(String purpose, RuntimeException failure) {
    return switch (failure) {
      case SgConvException known -> known;
      case CudaErrorException error -> translate(purpose, error);
      case NativeStatusException status -> translate(purpose, status);
      case NativeLibraryException library ->
          new BackendFailureException(
              CudaBackend.NAME, String.valueOf(library.getMessage()), library);
      case IllegalArgumentException invalid ->
          new InvalidArgumentException(purpose + ": " + invalid.getMessage(), invalid);
      // Something that another thread has closed between check and call.
      case IllegalStateException closed -> {
        ClosedException translated = new ClosedException(purpose + ": " + closed.getMessage());
        translated.initCause(closed);
        yield translated;
      }
      default -> failure;
    };
  }

  private static SgConvException translate(String purpose, CudaErrorException error) {
    String text = purpose + ": " + error.getMessage();
    if (error.isOutOfMemory()) {
      DeviceMemoryException full =
          new DeviceMemoryException(
              "no device memory for "
                  + text
                  + "; close tensors that are no longer needed or work on smaller batches");
      full.initCause(error);
      return full;
    }
    if (error.isFatal()) {
      return new DeviceLostException(
          text + "; this process cannot use the device any more: start a new one", error);
    }
    return new BackendFailureException(CudaBackend.NAME, text, error);
  }

  private static SgConvException translate(String purpose, NativeStatusException failure) {
    String text = purpose + ": " + failure.getMessage();
    return switch (failure.status()) {
      case INVALID_ARGUMENT -> new InvalidArgumentException(text, failure);
      case OUT_OF_MEMORY -> new HostMemoryException(purpose, failure);
      case UNSUPPORTED, INTERNAL, DEVICE ->
          new BackendFailureException(CudaBackend.NAME, text, failure);
    };
  }
}
