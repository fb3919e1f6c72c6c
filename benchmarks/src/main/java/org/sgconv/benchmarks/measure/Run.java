package org.sgconv.benchmarks.measure;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Contender;
import org.sgconv.benchmarks.model.Measurement;
import org.sgconv.benchmarks.model.Results;
import org.sgconv.cli.report.Progress;

/**
 * Measures everything. In each round every contender has one turn in the case, so that a slow
 * minute of the machine hits all of them. Contenders that fail are part of the result, and so are
 * cases that cannot be measured.
 */
public final class Run {

  private final Bench bench;
  private final Progress progress;
  private final Keeper keeper;
  private final RemainingTime remaining;
  private final List<Measurement> measurements = new ArrayList<>();

  /** Takes the results so far, after each case: a run may be cut off at any time. */
  @FunctionalInterface
  public interface Keeper {
    /** Keeps these results, which are not finished, in place of those before. */
    void keep(Results soFar) throws IOException;
  }

  /** A run that reports to {@code progress}, of {@link #turns} steps. */
  public Run(Bench bench, Progress progress, Keeper keeper) {
    this.bench = bench;
    this.progress = progress;
    this.keeper = keeper;
    double expected = 0;
    for (BenchmarkCase what : bench.cases()) {
      for (Contender contender : bench.contenders(what)) {
        expected += bench.rounds(contender, what) * bench.expectedSeconds(contender, what);
      }
    }
    this.remaining = new RemainingTime(expected);
  }

  /** How many turns there are. */
  public static int turns(Bench bench) {
    return bench.cases().stream()
        .flatMapToInt(
            what ->
                bench.contenders(what).stream()
                    .mapToInt(contender -> bench.rounds(contender, what)))
        .sum();
  }

  /** Measures; what fails is stated in the results. */
  public Results run() throws IOException {
    List<BenchmarkCase> cases = bench.cases();
    bench.begin(progress, () -> keep(cases));
    for (int i = 0; i < cases.size(); i++) {
      BenchmarkCase what = cases.get(i);
      measurements.addAll(measure(what));
      measurements.addAll(bench.known(what));
      keep(cases.subList(i + 1, cases.size()));
    }
    return bench.results(measurements, true);
  }

  /** With what is known already of the cases that are left. */
  private void keep(List<BenchmarkCase> left) throws IOException {
    List<Measurement> soFar = new ArrayList<>(measurements);
    left.forEach(what -> soFar.addAll(bench.known(what)));
    keeper.keep(bench.results(soFar, false));
  }

  private List<Measurement> measure(BenchmarkCase what) throws IOException {
    List<Contender> contenders = bench.contenders(what);
    Map<Contender, Measurement> measured = new LinkedHashMap<>();
    int rounds =
        contenders.stream().mapToInt(contender -> bench.rounds(contender, what)).max().orElse(0);
    try (StartedCase started = bench.start(what, progress)) {
      for (int round = 0; round < rounds; round++) {
        for (Contender contender : contenders) {
          if (round < bench.rounds(contender, what)) {
            take(started, contender, what, measured);
          }
        }
      }
    } catch (ContenderFailedException none) {
      for (Contender contender : contenders) {
        measured.put(contender, Measurement.failed(what, contender, none.reason()));
        for (int round = 0; round < bench.rounds(contender, what); round++) {
          skip(contender, what);
        }
      }
    }
    return List.copyOf(measured.values());
  }

  private void take(
      StartedCase started,
      Contender contender,
      BenchmarkCase what,
      Map<Contender, Measurement> measured)
      throws IOException {
    Measurement before = measured.get(contender);
    if (before != null && before.failure() != null) {
      skip(contender, what);
      return;
    }
    progress.at(contender + ", " + what + ", " + remaining);
    long start = System.nanoTime();
    Measurement round;
    try {
      round = started.measure(contender);
    } catch (ContenderFailedException failure) {
      round = Measurement.failed(what, contender, failure.reason());
    }
    measured.put(contender, before == null ? round : before.and(round));
    remaining.done(bench.expectedSeconds(contender, what), (System.nanoTime() - start) * 1e-9);
    progress.step();
  }

  private void skip(Contender contender, BenchmarkCase what) {
    remaining.skip(bench.expectedSeconds(contender, what));
    progress.step();
  }
}
