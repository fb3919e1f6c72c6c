package org.sgconv.oracle;

import org.sgconv.tensor.DType;

/** What storing a float32 value in 16 bits costs. */
final class StoredTypes {

  /** The largest finite float16. */
  static final double LARGEST_HALF = 65504;

  private StoredTypes() {}

  /** Part of a row's norm that rounding all of its elements may cost, to nearest. */
  static double norm(DType type) {
    return switch (type) {
      case BFLOAT16 -> 2.5e-3;
      case FLOAT16 -> 4e-4;
      case FLOAT32, FLOAT64 -> 0;
    };
  }

  /** The most by which rounding {@code value} changes it. */
  static double halfSpacing(DType type, double value) {
    return switch (type) {
      case BFLOAT16 -> Math.scalb(1.0, Math.max(Math.getExponent(value), -126) - 8);
      case FLOAT16 -> Math.scalb(1.0, Math.max(Math.getExponent(value), -14) - 11);
      case FLOAT32, FLOAT64 -> 0;
    };
  }

  /** The value as it is stored; itself where nothing is stored in 16 bits. */
  static double nearest(DType type, double value) {
    return switch (type) {
      case FLOAT16 -> Float.float16ToFloat(Float.floatToFloat16((float) value));
      // Adding 2^16 times the value pushes the lower 16 bits out, rounded.
      case BFLOAT16 -> {
        float single = (float) value;
        float pushed = single * 65537;
        yield pushed - (pushed - single);
      }
      case FLOAT32, FLOAT64 -> value;
    };
  }
}
