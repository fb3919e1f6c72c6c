package org.sgconv.bindings;

import org.sgconv.bindings.common.SgconvCommon;

/** {@code sgconv_dtype}: element type of signals, outputs and gates. */
public enum CudaElement {
  /** IEEE 754 binary32. */
  FLOAT32(SgconvCommon.SGCONV_FLOAT32(), 4),

  /** The upper half of a float32. */
  BFLOAT16(SgconvCommon.SGCONV_BFLOAT16(), 2),

  /** IEEE 754 binary16. */
  FLOAT16(SgconvCommon.SGCONV_FLOAT16(), 2);

  private final int code;
  private final int bytes;

  CudaElement(int code, int bytes) {
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
