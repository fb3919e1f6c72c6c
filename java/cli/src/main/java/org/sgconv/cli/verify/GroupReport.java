package org.sgconv.cli.verify;

import java.util.Map;
import org.sgconv.cli.verify.VerifyCase.Result;
import org.sgconv.oracle.Deviation;

/** Worst deviations of the cases of one group. */
public final class GroupReport {

  private int cases;
  private int failures;
  private Deviation forward = Deviation.NONE;
  private Deviation backward = Deviation.NONE;

  /** Adds the results of a case. */
  public void add(Map<Result, Deviation> deviations, boolean passed) {
    cases++;
    failures += passed ? 0 : 1;
    deviations.forEach(
        (result, deviation) -> {
          if (result.isForward()) {
            forward = forward.worst(deviation);
          } else {
            backward = backward.worst(deviation);
          }
        });
  }

  /** How many cases were added. */
  public int cases() {
    return cases;
  }

  /** How many of them failed. */
  public int failures() {
    return failures;
  }

  /** Of kernels and outputs. */
  public Deviation forward() {
    return forward;
  }

  /** Of gradients. */
  public Deviation backward() {
    return backward;
  }
}
