package org.sgconv.bindings;

import java.util.Set;
import org.sgconv.bindings.cudart.Cudart;
import org.sgconv.bindings.cufft.Cufft;

/** A call into the CUDA runtime or cuFFT failed; the message has the function and CUDA's words. */
public final class CudaErrorException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * Errors that leave the context of the process unusable (documentation of cudaError_t): hardware
   * faults, illegal or misaligned addresses, failed and timed-out launches.
   */
  private static final Set<Integer> FATAL =
      Set.of(214, 700, 702, 709, 710, 714, 715, 716, 717, 718, 719, 720, 721);

  /** Where the code comes from. */
  enum Origin {
    RUNTIME,
    FFT
  }

  private final Origin origin;
  private final int code;

  CudaErrorException(Origin origin, String function, int code, String text) {
    super(function + ": " + text + " (error " + code + ")");
    this.origin = origin;
    this.code = code;
  }

  /** The number of the error, a cudaError_t or a cufftResult. */
  public int code() {
    return code;
  }

  /** Whether the device has not the memory; everything stays usable. */
  public boolean isOutOfMemory() {
    return origin == Origin.RUNTIME
        ? code == Cudart.cudaErrorMemoryAllocation()
        : code == Cufft.CUFFT_ALLOC_FAILED();
  }

  /** Whether there is no driver, one that is too old, or no device. */
  public boolean isNoDevice() {
    return origin == Origin.RUNTIME
        && (code == Cudart.cudaErrorInsufficientDriver() || code == Cudart.cudaErrorNoDevice());
  }

  /** Whether no CUDA call of this process on that device can succeed any more. */
  public boolean isFatal() {
    return origin == Origin.RUNTIME && FATAL.contains(code);
  }
}
