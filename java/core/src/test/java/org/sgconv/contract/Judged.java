package org.sgconv.contract;

import org.sgconv.oracle.Deviation;
import org.sgconv.oracle.ExactResult;
import org.sgconv.oracle.Tolerance;

/** Results that a test fails on where they are not near what they should be. */
final class Judged {

  private Judged() {}

  /**
   * Fails unless every row is as near as it must be.
   *
   * @param what the case, with all that is needed to run it again
   */
  static Deviation check(Tolerance tolerance, String what, ExactResult exact, double[] actual) {
    return accepted(what, tolerance.measure(exact, actual));
  }

  /**
   * As the other, for values that nothing larger was carried for: they are judged together, on the
   * scale of their norm.
   */
  static Deviation check(Tolerance tolerance, String what, double[] expected, double[] actual) {
    return expected.length == 0 && actual.length == 0
        ? Deviation.NONE
        : check(tolerance, what, ExactResult.of(expected, expected.length), actual);
  }

  /** Fails on a deviation beyond its bound, and on one that says nothing. */
  static Deviation accepted(String what, Deviation deviation) {
    if (!deviation.isAccepted() || deviation.leavesRange()) {
      throw new AssertionError(what + " is off by " + deviation.describe());
    }
    return deviation;
  }
}
