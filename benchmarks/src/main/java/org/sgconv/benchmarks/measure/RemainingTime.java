package org.sgconv.benchmarks.measure;

import java.util.Locale;

/**
 * How long a run will still take: the guesses of {@link Bench#expectedSeconds} that are left,
 * scaled by how wrong they were so far.
 */
final class RemainingTime {

  private double expectedLeft;
  private double expectedDone;
  private double taken;

  /** A run that is expected to take {@code seconds}. */
  RemainingTime(double seconds) {
    this.expectedLeft = seconds;
  }

  /** A part is done that was expected to take {@code expected} seconds and took {@code actual}. */
  void done(double expected, double actual) {
    expectedLeft -= expected;
    expectedDone += expected;
    taken += actual;
  }

  /** A part of {@code expected} seconds will not be done. */
  void skip(double expected) {
    expectedLeft -= expected;
  }

  double seconds() {
    return expectedLeft * (expectedDone > 0 ? taken / expectedDone : 1);
  }

  /** As in {@code about 31 min left}. */
  @Override
  public String toString() {
    double seconds = Math.max(0, seconds());
    return seconds < 90
        ? String.format(Locale.ROOT, "about %.0f s left", seconds)
        : String.format(Locale.ROOT, "about %.0f min left", seconds / 60);
  }
}
