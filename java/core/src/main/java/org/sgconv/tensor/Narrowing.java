package org.sgconv.tensor;

/**
 * Floats of 16 bits: to the nearest, ties to even; what is too large becomes infinite, what is too
 * small subnormal or zero, and NaN stays NaN.
 */
final class Narrowing {

  /** Makes a bfloat16 or float16 NaN quiet. */
  private static final int QUIET = 0x40;

  private Narrowing() {}

  static float fromBfloat16(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  static short toBfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >>> 16) | QUIET);
    }
    // Half of the lower 16 bits' range, less one unless the upper half is odd: carries as it
    // should.
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }

  static short toBfloat16(double value) {
    return toBfloat16(toOdd(value));
  }

  static short toFloat16(double value) {
    return Float.floatToFloat16(toOdd(value));
  }

  /**
   * A float between which and the value no 16-bit float and no middle of two lies, so that rounding
   * twice is as good as once: the nearer one if it is exact, else the one of the two neighbours
   * whose last bit is 1 (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums: proved
   * algorithms using rounding to odd", 2008).
   */
  private static float toOdd(double value) {
    float nearest = (float) value;
    if (nearest == value || Double.isNaN(value)) {
      return nearest;
    }
    int bits = Float.floatToRawIntBits(nearest);
    if ((bits & 1) != 0) {
      return nearest;
    }
    // The other neighbour: one further from zero or nearer to it in units of the last place.
    boolean below = Math.abs((double) nearest) < Math.abs(value);
    return Float.intBitsToFloat(below ? bits + 1 : bits - 1);
  }
}
