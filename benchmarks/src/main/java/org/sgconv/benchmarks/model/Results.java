package org.sgconv.benchmarks.model;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.sgconv.benchmarks.limit.MachineLimits;
import org.sgconv.benchmarks.limit.Work;

/**
 * What a run measured, by case, as far as it came.
 *
 * @param threads of each library on the host; 0 on a device
 * @param rounds over all contenders
 * @param measuredMs how long a contender is measured in a round, about
 * @param limits the best that the machine did while the run lasted
 * @param libraries by their names what they are, or why they were not measured
 * @param finished whether every case had its turn; a run that is cut off leaves what it had
 */
public record Results(
    Machine machine,
    int threads,
    int rounds,
    long measuredMs,
    MachineLimits limits,
    Map<String, String> libraries,
    List<Measurement> measurements,
    boolean finished) {

  /** Copies the list. */
  public Results {
    measurements = List.copyOf(measurements);
  }

  /** The cases, by operation. */
  public List<BenchmarkCase> cases() {
    return measurements.stream()
        .map(Measurement::what)
        .distinct()
        .sorted(Comparator.comparing(BenchmarkCase::operation))
        .toList();
  }

  /** The contenders of one case, in the order in which they ran. */
  public List<Measurement> of(BenchmarkCase what) {
    return measurements.stream().filter(m -> m.what().equals(what)).toList();
  }

  /** Least time of a peer at {@code what}, in whichever way. */
  private OptionalDouble bestPeerMs(BenchmarkCase what) {
    return of(what).stream()
        .filter(m -> m.isComplete() && m.contender().library().isPeer())
        .mapToDouble(Measurement::medianMs)
        .min();
  }

  /** Whether it is signals that were measured. */
  public boolean areOfSignals() {
    return !measurements.isEmpty()
        && measurements.stream().allMatch(m -> m.what().operation().isSignal());
  }

  /** How many times as fast as the best peer, itself included. */
  public OptionalDouble timesBestPeer(Measurement measurement) {
    OptionalDouble best = bestPeerMs(measurement.what());
    return best.isEmpty() ? best : OptionalDouble.of(best.getAsDouble() / measurement.medianMs());
  }

  /** What a case cannot do without; of a device only what crosses its memory bus is known. */
  private Work work(BenchmarkCase what) {
    return machine.gpu() == null ? what.work() : what.signalWork();
  }

  /** Necessary bytes of the operation over its time. */
  public double gigabytesPerSecond(Measurement measurement) {
    return work(measurement.what()).bytes() / (measurement.medianMs() * 1e6);
  }

  /** Least time that the machine could need. */
  public double limitMs(BenchmarkCase what) {
    return 1e3 * limits.seconds(work(what));
  }

  /**
   * The machine's limit over the time. Above 1 where the operation's data stay in a cache, which
   * the limit, bandwidth of memory, knows nothing of.
   */
  public double partOfLimit(Measurement measurement) {
    return limitMs(measurement.what()) / measurement.medianMs();
  }

  /**
   * Whether every case had its turn and every contender times that can be trusted; on a GPU a peer
   * may run out of memory, and some {@linkplain SignalContenders#leftOut are left out} on purpose.
   */
  public boolean isComplete() {
    return finished
        && measurements.stream()
            .filter(m -> machine.gpu() == null || !m.contender().library().isPeer())
            .filter(m -> SignalContenders.leftOut(m.what(), m.contender()).isEmpty())
            .allMatch(m -> m.isComplete() && !m.allocatesTooMuch());
  }
}
