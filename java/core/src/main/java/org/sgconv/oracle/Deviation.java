package org.sgconv.oracle;

import java.util.Locale;

/**
 * How far results are from their exact values: the worst of all rows.
 *
 * @param fraction of the bound that is used, norm and elements alike; above 1 the result is wrong.
 *     Infinite where a value is not finite and should be
 * @param relative ‖error‖ / S, the error relative to what was carried (see {@link ErrorBound})
 * @param leavesRange whether exact values or those on the way to them leave the range of the type,
 *     above or below: then a value may be infinite, not a number or zero and says nothing
 * @param row where the worst fraction is
 * @param element of that row whose error is the largest part of what it may be
 * @param expected its exact value
 * @param actual the value that was found
 * @since 0.1.0
 */
public record Deviation(
    double fraction,
    double relative,
    boolean leavesRange,
    int row,
    int element,
    double expected,
    double actual) {

  /** No deviation, of nothing. */
  public static final Deviation NONE = new Deviation(0, 0, false, 0, 0, 0, 0);

  /** Whether the result is as near as it must be. */
  public boolean isAccepted() {
    return fraction <= 1;
  }

  /** The worst of both: the place is that of the larger fraction. */
  public Deviation worst(Deviation other) {
    Deviation further = other.fraction > fraction ? other : this;
    return new Deviation(
        further.fraction,
        Math.max(relative, other.relative),
        leavesRange || other.leavesRange,
        further.row,
        further.element,
        further.expected,
        further.actual);
  }

  /** The same, found in another row. */
  public Deviation inRow(int other) {
    return new Deviation(fraction, relative, leavesRange, other, element, expected, actual);
  }

  /** The worst fraction and where it is. */
  public String describe() {
    return String.format(
        Locale.ROOT,
        "%.3g times what it may be (relative error %.1e), most in row %d at %d: expected %s, got %s",
        fraction,
        relative,
        row,
        element,
        expected,
        actual);
  }
}
