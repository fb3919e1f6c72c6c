package org.sgconv.benchmarks.gpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sgconv.oracle.Deviation;

/**
 * What is known about the results of a case beside the time they took.
 *
 * @param rows of them against float64
 * @param repeated two runs, or null if there were none
 * @param failure the first thing that is wrong, or null
 */
record GpuChecks(List<ResultCheck> rows, @Nullable RepeatCheck repeated, @Nullable String failure) {

  static final GpuChecks NONE = new GpuChecks(List.of(), null, null);

  /**
   * Runs a call twice and judges what it left.
   *
   * @param exact rows of the results of these operands
   * @param call submits the work on their first set
   */
  static GpuChecks measure(GpuOperands operands, ExactRows exact, Runnable call) {
    RepeatCheck repeated = RepeatCheck.measure(operands, call);
    return judge(exact.measure(operands), repeated);
  }

  static GpuChecks judge(Map<String, Deviation> deviations, RepeatCheck repeated) {
    List<ResultCheck> rows = new ArrayList<>();
    List<String> failures = new ArrayList<>();
    deviations.forEach(
        (result, deviation) -> {
          rows.add(new ResultCheck(result, deviation.relative(), deviation.fraction()));
          if (!deviation.isAccepted() || deviation.leavesRange()) {
            failures.add(result + " is off by " + deviation.describe());
          }
        });
    if (repeated.difference() != null) {
      failures.add(String.format(Locale.ROOT, "a second run differs in %s", repeated.difference()));
    }
    return new GpuChecks(
        rows,
        repeated,
        failures.isEmpty() ? null : "wrong: " + String.join("; ", failures) + "; no time is given");
  }
}
