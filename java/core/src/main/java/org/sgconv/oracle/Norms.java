package org.sgconv.oracle;

/** Sizes of rows. */
final class Norms {

  private Norms() {}

  /** ‖row‖₂. */
  static double of(double[] row) {
    double squares = 0;
    for (double value : row) {
      squares += value * value;
    }
    return Math.sqrt(squares);
  }

  /** max |row|; not finite if an element is not. */
  static double peak(double[] row) {
    double largest = 0;
    for (double value : row) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }
}
