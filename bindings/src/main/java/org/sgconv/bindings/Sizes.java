package org.sgconv.bindings;

import java.util.Locale;

/** Products of dimensions that fail instead of wrapping. */
final class Sizes {

  private Sizes() {}

  static long requirePositive(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is " + value + ", expected at least 1");
    }
    return value;
  }

  /** Bytes of an array of float32 with these dimensions, each at least 1. */
  static long floatBytes(String array, long first, long second, long third, long fourth) {
    return bytes(array, Float.BYTES, first, second, third, fourth);
  }

  /** Bytes of an array of elements of so many bytes with these dimensions, each at least 1. */
  static long bytes(
      String array, int elementBytes, long first, long second, long third, long fourth) {
    try {
      long rows = Math.multiplyExact(first, second);
      long values = Math.multiplyExact(rows, Math.multiplyExact(third, fourth));
      return Math.multiplyExact(elementBytes, values);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s has %d x %d x %d x %d values, more than memory can hold",
              array,
              first,
              second,
              third,
              fourth),
          e);
    }
  }
}
