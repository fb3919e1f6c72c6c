package org.sgconv.tensor;

import java.lang.foreign.ValueLayout;

/** Element type of a tensor. */
public enum DType {
  /** IEEE 754 binary32. */
  FLOAT32(ValueLayout.JAVA_FLOAT),
  /** IEEE 754 binary64. */
  FLOAT64(ValueLayout.JAVA_DOUBLE);

  private final ValueLayout layout;

  DType(ValueLayout layout) {
    this.layout = layout;
  }

  /** Bytes per element: 4 or 8. */
  public int byteSize() {
    return (int) layout.byteSize();
  }

  /** Layout of an element: native byte order, naturally aligned. */
  public ValueLayout layout() {
    return layout;
  }
}
