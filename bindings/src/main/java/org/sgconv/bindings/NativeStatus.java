package org.sgconv.bindings;

import org.sgconv.bindings.cpu.SgconvCpu;

/** Failures that the C libraries report ({@code sgconv/status.h}). */
public enum NativeStatus {
  /** A value outside the documented range; nothing was written. */
  INVALID_ARGUMENT(SgconvCpu.SGCONV_INVALID_ARGUMENT()),
  /** Host memory is exhausted; nothing was written and the handle stays usable. */
  OUT_OF_MEMORY(SgconvCpu.SGCONV_OUT_OF_MEMORY()),
  /** Legal, but not with this build, instruction set or device. */
  UNSUPPORTED(SgconvCpu.SGCONV_UNSUPPORTED()),
  /** A defect of the library. */
  INTERNAL(SgconvCpu.SGCONV_INTERNAL()),
  /** A CUDA call failed. */
  DEVICE(SgconvCpu.SGCONV_DEVICE());

  static final int OK = SgconvCpu.SGCONV_OK();

  private final int code;

  NativeStatus(int code) {
    this.code = code;
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
