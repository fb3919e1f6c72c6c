package org.sgconv.cli.run;

import java.util.Arrays;
import org.sgconv.cli.report.Median;

/**
 * How long a step took.
 *
 * @param seconds median of the calls
 * @param calls how many were timed
 */
public record Timing(double seconds, int calls) {

  private static final double BUDGET_SECONDS = 0.3;
  private static final int MAX_CALLS = 50;

  /** Calls a step once to warm up, then for about 0.3 s, at most 50 times, at least once. */
  static Timing of(Runnable step) {
    double[] seconds = new double[MAX_CALLS];
    int calls = 0;
    double first = measure(step);
    if (first > BUDGET_SECONDS) {
      return new Timing(first, 1);
    }
    double spent = 0;
    while (calls < MAX_CALLS && spent < BUDGET_SECONDS) {
      seconds[calls] = measure(step);
      spent += seconds[calls++];
    }
    return new Timing(Median.of(Arrays.copyOf(seconds, calls)), calls);
  }

  private static double measure(Runnable step) {
    long start = System.nanoTime();
    step.run();
    return (System.nanoTime() - start) * 1e-9;
  }
}
