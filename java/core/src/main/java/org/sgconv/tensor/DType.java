package org.sgconv.tensor;

import java.lang.foreign.ValueLayout;

/**
 * Element type of a tensor.
 *
 * @since 0.1.0
 */
public enum DType {
  /** IEEE 754 binary32. */
  FLOAT32(ValueLayout.JAVA_FLOAT),
  /** IEEE 754 binary64. */
  FLOAT64(ValueLayout.JAVA_DOUBLE),
  /** The upper half of a binary32: 8 exponent bits, 7 fraction bits. */
  BFLOAT16(ValueLayout.JAVA_SHORT),
  /** IEEE 754 binary16: 5 exponent bits, 10 fraction bits. */
  FLOAT16(ValueLayout.JAVA_SHORT);

  private final ValueLayout layout;

  DType(ValueLayout layout) {
    this.layout = layout;
  }

  /** Bytes per element: 2, 4 or 8. */
  public int byteSize() {
    return (int) layout.byteSize();
  }

  /**
   * Layout of an element: native byte order, naturally aligned. Java has no type of 16-bit floats:
   * theirs is that of the {@code short} with the same bits.
   */
  public ValueLayout layout() {
    return layout;
  }

  /**
   * Type of the kernels and skips, and of their gradients, that go with signals of this type:
   * FLOAT32 with those of 16 bits, else the same.
   */
  public DType kernelType() {
    return byteSize() == Short.BYTES ? FLOAT32 : this;
  }
}
