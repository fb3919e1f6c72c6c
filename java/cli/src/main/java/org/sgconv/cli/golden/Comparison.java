package org.sgconv.cli.golden;

/**
 * One tensor of a golden file against what a backend made.
 *
 * @param tensor its name in the file
 * @param error L2 norm of the difference, relative to {@code Bounds}' measure
 * @param bound what it may be at most
 */
record Comparison(String tensor, double error, double bound) {

  /** Never of a NaN. */
  boolean isWithinBound() {
    return error <= bound;
  }

  double fraction() {
    return error / bound;
  }
}
