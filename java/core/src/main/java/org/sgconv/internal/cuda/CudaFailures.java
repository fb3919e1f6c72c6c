package org.sgconv.internal.cuda;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.sgconv.BackendFailureException;
import org.sgconv.HostMemoryException;
import org.sgconv.SgConvException;
import org.sgconv.bindings.CudaErrorException;
import org.sgconv.bindings.NoDeviceException;
import org.sgconv.bindings.NoPinnedMemoryException;
import org.sgconv.bindings.load.LoadFailure;
import org.sgconv.bindings.load.NativeLibraryException;
import org.sgconv.device.DeviceLostException;
import org.sgconv.device.DeviceMemoryException;
import org.sgconv.internal.boundary.NativeFailures;

/** The library's exceptions for failures of CUDA; others are those of every native library. */
final class CudaFailures {

  private CudaFailures() {}

  /**
   * What the caller throws instead of {@code failure}.
   *
   * @param purpose what was being done, for the message
   */
  static RuntimeException translate(String purpose, RuntimeException failure) {
    return switch (failure) {
      case NoPinnedMemoryException full ->
          new HostMemoryException(purpose + ", page-locked", full.bytes(), full);
      case CudaErrorException error -> translate(purpose, error);
      default -> NativeFailures.translate(CudaBackend.NAME, purpose, failure);
    };
  }

  /**
   * Why the backend is not available: see {@link NativeFailures#unavailable}. That something is not
   * there is a failure where a device waits for it.
   *
   * @param device file that shows a device, if there is one
   */
  static RuntimeException unavailable(RuntimeException failure, Optional<Path> device) {
    LoadFailure kind =
        switch (failure) {
          case NoDeviceException none -> none.failure();
          case NativeLibraryException library -> library.failure();
          default -> LoadFailure.PASSING;
        };
    String reason = String.valueOf(failure.getMessage());
    if (kind == LoadFailure.ABSENT && device.isPresent()) {
      return new BackendFailureException(
          CudaBackend.NAME,
          String.format(
              Locale.ROOT,
              "%s is an NVIDIA device, and %s. To do without it, set -Dsgconv.backend=cpu",
              device.get(),
              reason),
          failure);
    }
    if (failure instanceof NoDeviceException && kind == LoadFailure.UNUSABLE) {
      return new BackendFailureException(CudaBackend.NAME, reason, failure);
    }
    return failure instanceof CudaErrorException error
        ? translate("starting", error)
        : NativeFailures.unavailable(CudaBackend.NAME, failure);
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
    if (error.isBusy()) {
      return new BackendFailureException(
          CudaBackend.NAME,
          text
              + "; another process has the device to itself: name others in CUDA_VISIBLE_DEVICES,"
              + " or work on the host's processor with -Dsgconv.backend=cpu",
          error);
    }
    return new BackendFailureException(CudaBackend.NAME, text, error);
  }
}
