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

  /**
   * A gradient smaller than this part of the largest of its case is measured by that part: it is
   * what is left of sums that cancel, and some, such as that of a bias before a batch norm, are
   * zero but for rounding.
   */
  static final double SMALL_GRADIENT = 1e-3;

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
