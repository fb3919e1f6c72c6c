package org.sgconv.bindings;

/**
 * Failures that the C libraries report ({@code sgconv/status.h}). The codes are not those of the
 * generated class, which cannot even be initialized where native access is denied, and that is a
 * failure to be reported like others.
 */
public enum NativeStatus {
  /** A value outside the documented range; nothing was written. */
  INVALID_ARGUMENT(1),
  /** Host memory is exhausted; nothing was written and the handle stays usable. */
  OUT_OF_MEMORY(2),
  /** Legal, but not with this build, instruction set or device. */
  UNSUPPORTED(3),
  /** A defect of the library. */
  INTERNAL(4),
  /** A CUDA call failed. */
  DEVICE(5);

  static final int OK = 0;

  private final int code;

  NativeStatus(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  /** The failure with this code; a code that no header knows is a defect too. */
  static NativeStatus of(int code) {
    for (NativeStatus status : values()) {
      if (status.code == code) {
        return status;
      }
    }
    return INTERNAL;
  }
}
