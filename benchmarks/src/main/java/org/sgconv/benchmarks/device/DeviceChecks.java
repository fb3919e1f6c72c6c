package org.sgconv.benchmarks.device;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Contender;
import org.sgconv.benchmarks.model.Measurement;
import org.sgconv.benchmarks.model.Output;
import org.sgconv.benchmarks.model.RepeatCheck;
import org.sgconv.benchmarks.model.ResultCheck;
import org.sgconv.benchmarks.model.Times;
import org.sgconv.oracle.Deviation;

/**
 * What is known about the results of a case beside the time they took.
 *
 * @param rows of them against float64
 * @param repeated two runs
 * @param failure what is wrong, or null
 */
record DeviceChecks(List<ResultCheck> rows, RepeatCheck repeated, @Nullable String failure) {

  /**
   * Runs a call twice and judges what it left.
   *
   * @param exact rows of the results of these operands
   * @param call submits the work on their first set
   */
  static DeviceChecks measure(DeviceOperands operands, ExactRows exact, Runnable call) {
    RepeatCheck repeated = RepeatedRuns.measure(operands, call);
    return judge(exact.measure(operands), repeated);
  }

  static DeviceChecks judge(Map<Output, Deviation> deviations, RepeatCheck repeated) {
    List<ResultCheck> rows = new ArrayList<>();
    List<String> failures = new ArrayList<>();
    deviations.forEach(
        (output, deviation) -> {
          rows.add(ResultCheck.of(output.symbol(), deviation));
          if (!deviation.isAccepted() || deviation.leavesRange()) {
            failures.add(output.symbol() + " is off by " + deviation.describe());
          }
        });
    if (repeated.difference() != null) {
      failures.add(String.format(Locale.ROOT, "a second run differs in %s", repeated.difference()));
    }
    return new DeviceChecks(
        rows,
        repeated,
        failures.isEmpty() ? null : "wrong: " + String.join("; ", failures) + "; no time is given");
  }

  /** What was measured: without a time if a result is wrong, or another one in another run. */
  Measurement judged(BenchmarkCase what, Contender contender, Times times, long heldBytes) {
    boolean right = failure == null;
    return new Measurement(
        what,
        contender,
        Map.of(),
        right ? times : Times.NONE,
        List.of(),
        right ? heldBytes : null,
        rows,
        repeated,
        failure);
  }
}
