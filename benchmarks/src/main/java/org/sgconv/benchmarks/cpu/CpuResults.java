package org.sgconv.benchmarks.cpu;

import java.util.List;
import java.util.OptionalDouble;
import org.sgconv.benchmarks.limit.MachineLimits;

/**
 * What a run measured.
 *
 * @param limits the best that the machine did while it ran
 */
public record CpuResults(
    CpuPlan plan, Machine machine, MachineLimits limits, List<Measurement> measurements) {

  /** Copies the list. */
  public CpuResults {
    measurements = List.copyOf(measurements);
  }

  /** The contenders of one case, in the order in which they ran. */
  public List<Measurement> of(BenchmarkCase what) {
    return measurements.stream().filter(m -> m.what().equals(what)).toList();
  }

  /** Least time of a peer at {@code what}, tuned or not. */
  public OptionalDouble bestPeerMs(BenchmarkCase what) {
    return of(what).stream()
        .filter(m -> m.isComplete() && m.contender().library().isPeer())
        .mapToDouble(Measurement::medianMs)
        .min();
  }

  /** Whether every contender gave times, all of which can be trusted. */
  public boolean isComplete() {
    return measurements.stream().allMatch(m -> m.isComplete() && !m.allocatesTooMuch());
  }
}
