package org.sgconv.benchmarks.cpu;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidArgumentException;
import org.sgconv.benchmarks.limit.LimitProbe;
import org.sgconv.benchmarks.limit.MachineLimits;
import org.sgconv.benchmarks.peers.Library;
import org.sgconv.cli.report.Progress;
import org.sgconv.cli.report.TemporaryPath;

/**
 * Runs a plan. In each round every contender measures the case once, in a process of its own, so
 * that a slow minute of the machine hits all of them; the machine's limits are measured before each
 * case.
 */
public final class CpuRun {

  private final CpuPlan plan;
  private final Progress progress;
  private final RemainingTime remaining;
  private final MemoryShares memory;
  private @Nullable Path logs;

  /** A run that reports to {@code progress}, of {@link CpuPlan#processes} steps. */
  public CpuRun(CpuPlan plan, Progress progress) {
    this(plan, progress, MemoryShares.here());
  }

  /** With this memory. */
  CpuRun(CpuPlan plan, Progress progress, MemoryShares memory) {
    this.plan = plan;
    this.memory = memory;
    this.progress = progress;
    this.remaining = new RemainingTime(plan.expectedSeconds());
  }

  /**
   * Measures everything. Contenders that fail are part of the result, and so are cases that do not
   * fit into memory.
   *
   * @throws InvalidArgumentException if no case fits
   */
  public CpuResults run() throws IOException {
    requireRoom();
    Machine machine = Machine.describe();
    List<Measurement> measurements = new ArrayList<>();
    Optional<MachineLimits> limits = Optional.empty();
    try (TemporaryPath expectations = TemporaryPath.folder();
        TemporaryPath work = TemporaryPath.folder();
        LimitProbe probe = new LimitProbe(plan.threads())) {
      ContenderProcess process =
          new ContenderProcess(plan, memory, expectations.path(), work.path());
      for (BenchmarkCase what : plan.cases()) {
        List<Measurement> ofCase = start(what);
        if (memory.misfit(what).isEmpty()) {
          progress.at("reference, " + what);
          expect(what, expectations.path());
          progress.at("limits");
          MachineLimits now = probe.measure();
          limits = Optional.of(limits.map(now::best).orElse(now));
        }
        for (int round = 0; round < plan.rounds(); round++) {
          measure(process, ofCase, round);
        }
        measurements.addAll(ofCase);
      }
      if (!measurements.stream().allMatch(Measurement::isComplete)) {
        // Somebody may want to read why a contender failed.
        work.keep();
        logs = work.path();
      }
    }
    return new CpuResults(plan, machine.atEnd(), limits.orElseThrow(), List.copyOf(measurements));
  }

  /** Folder of the logs that are kept because a contender failed. */
  public Optional<Path> logs() {
    return Optional.ofNullable(logs);
  }

  private void requireRoom() {
    Optional<String> misfit = Optional.empty();
    for (BenchmarkCase what : plan.cases()) {
      misfit = memory.misfit(what);
      if (misfit.isEmpty()) {
        return;
      }
    }
    if (misfit.isPresent()) {
      throw new InvalidArgumentException(misfit.get());
    }
  }

  private void expect(BenchmarkCase what, Path folder) throws IOException {
    if (!what.operation().isSynthesis()) {
      new Expectations(folder).ensureConvolution(what.shape());
    }
  }

  private List<Measurement> start(BenchmarkCase what) {
    List<Measurement> measurements = new ArrayList<>();
    for (Contender contender : plan.contenders(what)) {
      Measurement measurement = new Measurement(what, contender);
      Library library = contender.library();
      memory.misfit(what).or(() -> PeerNatives.missing(library)).ifPresent(measurement::fail);
      measurements.add(measurement);
    }
    return measurements;
  }

  private void measure(ContenderProcess process, List<Measurement> measurements, int round)
      throws IOException {
    for (Measurement measurement : measurements) {
      Contender contender = measurement.contender();
      if (round >= plan.rounds(contender)) {
        continue;
      }
      double expected = plan.expectedSeconds(contender, measurement.what());
      if (measurement.failure() != null) {
        remaining.skip(expected);
      } else {
        progress.at(contender.id() + ", " + measurement.what() + ", " + remaining);
        long start = System.nanoTime();
        try {
          measurement.add(process.run(contender, measurement.what()));
        } catch (ContenderFailedException e) {
          measurement.fail(String.valueOf(e.getMessage()));
        }
        remaining.done(expected, (System.nanoTime() - start) * 1e-9);
      }
      progress.step();
    }
  }
}
