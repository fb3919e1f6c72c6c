package org.sgconv.benchmarks.model;

import org.sgconv.oracle.Deviation;

/**
 * What was compared of a result with float64.
 *
 * @param result y, du, dk or dD, or what is synthesized
 * @param relativeError ‖error‖ relative to what the transforms carry
 * @param ofBound how much of the error's bound is used; beyond 1 the result is wrong
 */
public record ResultCheck(String result, double relativeError, double ofBound) {

  /** The check of a result that is this far off. */
  public static ResultCheck of(String result, Deviation deviation) {
    return new ResultCheck(result, deviation.relative(), deviation.fraction());
  }

  /** The worse of both, in each respect. */
  ResultCheck worst(ResultCheck other) {
    return new ResultCheck(
        result, Math.max(relativeError, other.relativeError), Math.max(ofBound, other.ofBound));
  }
}
