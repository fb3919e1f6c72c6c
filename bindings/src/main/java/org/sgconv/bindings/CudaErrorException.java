package org.sgconv.bindings;

import java.util.Set;
import org.sgconv.bindings.cublas.Cublas;
import org.sgconv.bindings.cudart.Cudart;
import org.sgconv.bindings.cufft.Cufft;

/**
 * A call into the CUDA runtime, cuFFT or cuBLAS failed; the message has the function and CUDA's
 * words.
 */
public final class CudaErrorException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * Errors after which "the process must be terminated and relaunched" (documentation of
   * cudaError_t): contained faults, illegal and misaligned addresses, failed and timed-out
   * launches, asserts, leaks of tensor memory, a server of MPS or an external device that is gone.
   * Beside them hardware faults, of memory and NVLink, and a context that was destroyed, of which
   * the documentation says less and after which no call succeeds either.
   */
  private static final Set<Integer> FATAL =
      Set.of(214, 220, 226, 700, 702, 709, 710, 714, 715, 716, 717, 718, 719, 721, 810, 911);

  /** Where the code comes from. */
  enum Origin {
    RUNTIME,
    FFT,
    PRODUCTS
  }

  private final Origin origin;
  private final int code;

  CudaErrorException(Origin origin, String function, int code, String text) {
    super(function + ": " + text + " (error " + code + ")");
    this.origin = origin;
    this.code = code;
  }

  /** The number of the error, a cudaError_t, cufftResult or cublasStatus_t. */
  public int code() {
    return code;
  }

  /** Whether the device has not the memory; everything stays usable. */
  public boolean isOutOfMemory() {
    return code
        == switch (origin) {
          case RUNTIME -> Cudart.cudaErrorMemoryAllocation();
          case FFT -> Cufft.CUFFT_ALLOC_FAILED();
          case PRODUCTS -> Cublas.CUBLAS_STATUS_ALLOC_FAILED();
        };
  }

  /** Whether a handle is not one of what it is used with, or is none at all. */
  public boolean isInvalidHandle() {
    return origin == Origin.RUNTIME && code == Cudart.cudaErrorInvalidResourceHandle();
  }

  /** Whether there is no driver, one that is too old, or no device. */
  public boolean isNoDevice() {
    return origin == Origin.RUNTIME
        && (code == Cudart.cudaErrorInsufficientDriver() || code == Cudart.cudaErrorNoDevice());
  }

  /** Whether the device is not to be had now, for one because another process has it to itself. */
  public boolean isBusy() {
    return origin == Origin.RUNTIME && code == Cudart.cudaErrorDevicesUnavailable();
  }

  /** Ends something, which after a fatal error is gone with the context. */
  public static void unlessFatal(Runnable call) {
    try {
      call.run();
    } catch (CudaErrorException e) {
      if (!e.isFatal()) {
        throw e;
      }
    }
  }

  /** Whether no CUDA call of this process on that device can succeed any more. */
  public boolean isFatal() {
    return origin == Origin.RUNTIME && FATAL.contains(code);
  }
}
