package org.sgconv.cli.golden;

import org.sgconv.tensor.DType;

/**
 * How far results may be from a file that another program computed in float64. Errors are L2 norms
 * relative to the norm of what is in the file.
 *
 * @param forward of outputs and of what lies between layers
 * @param gradient of gradients
 * @param loss of losses
 */
record Bounds(double forward, double gradient, double loss) {

  /** A gradient below this part of the largest of its case is zero but for rounding. */
  private static final double ZERO = 1e-9;

  /** A gradient below this part of the largest is what is left of sums that cancel. */
  private static final double SMALL = 1e-3;

  /**
   * What the error of a gradient is measured by: its norm, but for one that is small by the norm
   * that a small one may have, and for one that is zero, such as that of a bias before a batch
   * norm, by the largest of its case.
   */
  static double measure(double norm, double largest) {
    return norm < ZERO * largest ? largest : Math.max(norm, SMALL * largest);
  }

  /** The published code takes the logarithms of the power law in float32 if it is not told to. */
  private static final Bounds SINGLE_LOGARITHMS = new Bounds(5e-7, 5e-7, 5e-7);

  private static final Bounds DOUBLE = new Bounds(1e-12, 1e-12, 1e-12);

  private static final Bounds SINGLE = new Bounds(2e-5, 1e-4, 2e-6);

  /** Of a backend that computes in this type. */
  static Bounds of(DType type) {
    return type == DType.FLOAT64 ? DOUBLE : SINGLE;
  }

  /** The same, but for what the other program itself has in float32. */
  Bounds withSingleLogarithms() {
    return new Bounds(
        Math.max(forward, SINGLE_LOGARITHMS.forward),
        Math.max(gradient, SINGLE_LOGARITHMS.gradient),
        Math.max(loss, SINGLE_LOGARITHMS.loss));
  }
}
