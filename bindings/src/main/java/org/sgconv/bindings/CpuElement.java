package org.sgconv.bindings;

import org.sgconv.bindings.common.SgconvCommon;

/** {@code sgconv_dtype}: the types that the CPU library computes in, of all tensors of a call. */
public enum CpuElement {
  /** IEEE 754 binary32. */
  FLOAT32(SgconvCommon.SGCONV_FLOAT32(), Float.BYTES),

  /** IEEE 754 binary64. */
  FLOAT64(SgconvCommon.SGCONV_FLOAT64(), Double.BYTES);

  private final int code;
  private final int bytes;

  CpuElement(int code, int bytes) {
    this.code = code;
    this.bytes = bytes;
  }

  int code() {
    return code;
  }

  int bytes() {
    return bytes;
  }
}
