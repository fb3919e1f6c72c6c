package org.sgconv.contract;

import org.sgconv.tensor.DType;

/**
 * How far a result may be from the truth in float64.
 *
 * @param relativeL2 bound of ‖actual − expected‖ / ‖expected‖
 * @param maxOverRms bound of max |actual − expected| / rms(expected)
 */
record Tolerance(double relativeL2, double maxOverRms) {

  /** Forward and gradients in float32. */
  static final Tolerance FLOAT32 = new Tolerance(1e-6, 5e-6);

  /** The reference in float64. */
  static final Tolerance FLOAT64 = new Tolerance(1e-12, 5e-12);

  /** Golden cases with the power law: the published code takes logarithms in float32. */
  static final Tolerance PUBLISHED_POWER_LAW = new Tolerance(5e-7, 2.5e-6);

  static Tolerance of(DType type) {
    return type == DType.FLOAT64 ? FLOAT64 : FLOAT32;
  }

  /** The error of {@code actual}; NaN and infinity anywhere count as infinite error. */
  static Deviation deviation(double[] expected, double[] actual) {
    if (expected.length != actual.length) {
      throw new AssertionError("expected " + expected.length + " values, got " + actual.length);
    }
    double squares = 0;
    double errorSquares = 0;
    double worst = 0;
    int worstAt = 0;
    for (int i = 0; i < expected.length; i++) {
      double error = Math.abs(actual[i] - expected[i]);
      if (!Double.isFinite(error)) {
        return new Deviation(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, i);
      }
      squares += expected[i] * expected[i];
      errorSquares += error * error;
      if (error > worst) {
        worst = error;
        worstAt = i;
      }
    }
    if (errorSquares == 0) {
      return new Deviation(0, 0, 0);
    }
    // Where all of expected is zero, any error divides to infinity.
    double rms = Math.sqrt(squares / expected.length);
    return new Deviation(Math.sqrt(errorSquares / squares), worst / rms, worstAt);
  }

  /**
   * Fails unless {@code actual} is as near {@code expected} as this says.
   *
   * @param what the case, with all that is needed to run it again
   */
  Deviation check(String what, double[] expected, double[] actual) {
    Deviation deviation = deviation(expected, actual);
    boolean near = deviation.relativeL2() <= relativeL2 && deviation.maxOverRms() <= maxOverRms;
    if (!near) {
      int i = deviation.worstAt();
      throw new AssertionError(
          "%s: relative L2 error %.3e (bound %.1e), max/rms %.3e (bound %.1e), worst at %d of %d: expected %s, got %s"
              .formatted(
                  what,
                  deviation.relativeL2(),
                  relativeL2,
                  deviation.maxOverRms(),
                  maxOverRms,
                  i,
                  expected.length,
                  expected[i],
                  actual[i]));
    }
    return deviation;
  }

  /** What was measured. */
  record Deviation(double relativeL2, double maxOverRms, int worstAt) {}
}
