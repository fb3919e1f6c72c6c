package org.sgconv.contract;

import org.jspecify.annotations.Nullable;
import org.sgconv.tensor.DType;

/**
 * How far a result may be from the truth in float64.
 *
 * @param relativeL2 bound of ‖actual − expected‖ / ‖expected‖
 * @param maxOverRms bound of max |actual − expected| / rms(expected)
 * @param stored type of 16 bits that results are stored in, or null: rounding the true value to it
 *     is no error under these bounds, and the result as a whole has {@link #rounded} as well
 */
record Tolerance(double relativeL2, double maxOverRms, @Nullable DType stored) {

  Tolerance(double relativeL2, double maxOverRms) {
    this(relativeL2, maxOverRms, null);
  }

  /** Forward and gradients in float32. */
  static final Tolerance FLOAT32 = new Tolerance(1e-6, 5e-6);

  /** Computed in float32, rounded once. */
  static final Tolerance BFLOAT16 = new Tolerance(1e-6, 5e-6, DType.BFLOAT16);

  /** Computed in float32, rounded once. */
  static final Tolerance FLOAT16 = new Tolerance(1e-6, 5e-6, DType.FLOAT16);

  /** Values that are not all of one size: a mean over fewer may be mostly one rounding error. */
  private static final int MANY = 100;

  /** The largest value over the root mean square in what is tested, gates included. */
  private static final double PEAK = 10;

  /** The reference in float64. */
  static final Tolerance FLOAT64 = new Tolerance(1e-12, 5e-12);

  /** Golden cases with the power law: the published code takes logarithms in float32. */
  static final Tolerance PUBLISHED_POWER_LAW = new Tolerance(5e-7, 2.5e-6);

  static Tolerance of(DType type) {
    return switch (type) {
      case FLOAT32 -> FLOAT32;
      case FLOAT64 -> FLOAT64;
      case BFLOAT16 -> BFLOAT16;
      case FLOAT16 -> FLOAT16;
    };
  }

  /**
   * For results whose difference is their rounding, as of two that were both stored; the same where
   * nothing is stored in 16 bits.
   */
  Tolerance rounded() {
    return stored == null
        ? this
        : new Tolerance(stored == DType.BFLOAT16 ? 2.5e-3 : 4e-4, PEAK * halfSpacing(stored, 1));
  }

  /** As often as this. */
  Tolerance times(double factor) {
    return new Tolerance(factor * relativeL2, factor * maxOverRms, stored);
  }

  /** The most by which rounding a value changes it. */
  static double halfSpacing(@Nullable DType stored, double value) {
    int exponent = Math.getExponent(value);
    return stored == null
        ? 0
        : stored == DType.BFLOAT16
            ? Math.scalb(1.0, Math.max(exponent, -126) - 8)
            : Math.scalb(1.0, Math.max(exponent, -14) - 11);
  }

  /** The error of {@code actual}; NaN and infinity anywhere count as infinite error. */
  Deviation deviation(double[] expected, double[] actual) {
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
      error = Math.max(0, error - halfSpacing(stored, expected[i]));
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
    if (stored != null && expected.length >= MANY) {
      // Each element is bounded below; this bounds them together.
      new Tolerance(rounded().relativeL2, Double.MAX_VALUE)
          .check(what + ", rounding included", expected, actual);
    }
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
