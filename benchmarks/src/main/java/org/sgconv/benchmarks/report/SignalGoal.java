package org.sgconv.benchmarks.report;

import java.util.List;
import java.util.Locale;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Contender;
import org.sgconv.benchmarks.model.Library;
import org.sgconv.benchmarks.model.Measurement;
import org.sgconv.benchmarks.model.Operation;
import org.sgconv.benchmarks.model.Results;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.tensor.DType;

/** What the project wants of signals, and what a run says about it. */
final class SignalGoal {

  /** Five minutes of 48 kHz and a response of two seconds. */
  private static final BenchmarkCase WHAT =
      new BenchmarkCase(Operation.CONVOLVE, new Workload(1, 1, 14_400_000, 96_000), DType.FLOAT32);

  private static final double MOST_MS = 50;

  private SignalGoal() {}

  /** A line if that case was measured. */
  static List<String> lines(Results results) {
    return results.of(WHAT).stream()
        .filter(m -> m.isComplete() && m.contender().equals(Contender.of(Library.SGCONV)))
        .map(m -> line(m, results))
        .toList();
  }

  private static String line(Measurement measurement, Results results) {
    double took = measurement.medianMs();
    return String.format(
        Locale.ROOT,
        "goal: five minutes of 48 kHz with a response of two seconds in at most %.0f ms a channel on"
            + " two idle cores: %.1f ms on %d, load average before the run %.2f: %s",
        MOST_MS,
        took,
        results.threads(),
        results.machine().loadAverage(),
        took <= MOST_MS ? "met" : "not met");
  }
}
