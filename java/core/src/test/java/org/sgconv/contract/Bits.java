package org.sgconv.contract;

/** Equality to the last bit, zero's sign included; quick on long arrays. */
final class Bits {

  private Bits() {}

  static void requireSame(String what, double[] expected, double[] actual) {
    if (expected.length != actual.length) {
      throw new AssertionError(
          what + ": expected " + expected.length + " values, got " + actual.length);
    }
    for (int i = 0; i < expected.length; i++) {
      if (Double.doubleToRawLongBits(expected[i]) != Double.doubleToRawLongBits(actual[i])) {
        throw new AssertionError(
            what + ": element " + i + " is " + actual[i] + ", expected exactly " + expected[i]);
      }
    }
  }
}
