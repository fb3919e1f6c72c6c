package org.sgconv.benchmarks.host;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidArgumentException;
import org.sgconv.benchmarks.limit.LimitProbe;
import org.sgconv.benchmarks.limit.MachineLimits;
import org.sgconv.benchmarks.measure.Bench;
import org.sgconv.benchmarks.measure.ContenderFailedException;
import org.sgconv.benchmarks.measure.StartedCase;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Contender;
import org.sgconv.benchmarks.model.Library;
import org.sgconv.benchmarks.model.Machine;
import org.sgconv.benchmarks.model.Measurement;
import org.sgconv.benchmarks.model.Results;
import org.sgconv.benchmarks.model.SignalContenders;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.cli.report.Progress;
import org.sgconv.cli.report.TemporaryPath;

/**
 * This library and its peers on the host's processor. Every turn is a process of its own; the
 * machine's limits are measured before each case.
 */
public final class HostBench implements Bench {

  /** The shapes of docs/performance.md. */
  public static final List<Workload> SHAPES =
      List.of(
          new Workload(8, 256, 1024),
          new Workload(8, 256, 4096),
          new Workload(4, 256, 16384),
          new Workload(1, 256, 65536),
          new Workload(1, 64, 1048576));

  /** Trying transforms and warming up, in seconds. */
  private static final double SIGNAL_SETUP = 8;

  private final HostPlan plan;
  private final MemoryShares memory;
  private final TemporaryPath expectations;
  private final TemporaryPath work;
  private @Nullable LimitProbe probe;
  private @Nullable MachineLimits limits;
  private @Nullable Machine machine;
  private boolean failed;

  /** Makes folders for what is right and for logs. */
  public HostBench(HostPlan plan) throws IOException {
    this(plan, MemoryShares.here());
  }

  /** With this memory. */
  HostBench(HostPlan plan, MemoryShares memory) throws IOException {
    this.plan = plan;
    this.memory = memory;
    this.expectations = TemporaryPath.folder();
    this.work = TemporaryPath.folder();
  }

  @Override
  public List<BenchmarkCase> cases() {
    return plan.cases();
  }

  @Override
  public List<Contender> contenders(BenchmarkCase what) {
    if (what.operation().isSignal()) {
      return SignalContenders.of(what, plan.libraries()).stream()
          .filter(contender -> SignalContenders.leftOut(what, contender).isEmpty())
          .toList();
    }
    List<Contender> contenders = new ArrayList<>();
    for (Library library : plan.libraries()) {
      if (what.suits(library)) {
        contenders.add(Contender.of(library));
        if (plan.peersAtBest() && library.gainsFromAllocator()) {
          contenders.add(Contender.tuned(library));
        }
      }
    }
    return contenders;
  }

  /** Who is left out of signals, and why. */
  @Override
  public List<Measurement> known(BenchmarkCase what) {
    if (!what.operation().isSignal()) {
      return List.of();
    }
    return SignalContenders.of(what, plan.libraries()).stream()
        .flatMap(
            contender ->
                SignalContenders.leftOut(what, contender)
                    .map(reason -> Measurement.failed(what, contender, reason))
                    .stream())
        .toList();
  }

  /** The float64 reference is no competitor: one short round shows where it stands. */
  static boolean isBrief(Contender contender, BenchmarkCase what) {
    return contender.library() == Library.JAVA && !what.operation().isSignal();
  }

  @Override
  public int rounds(Contender contender, BenchmarkCase what) {
    return isBrief(contender, what) ? 1 : plan.rounds();
  }

  /** Setting up, warm-up and measurement, and some calls beside these if they are long. */
  @Override
  public double expectedSeconds(Contender contender, BenchmarkCase what) {
    if (what.operation().isSignal()) {
      return SIGNAL_SETUP + plan.measurement().toMillis() * 1e-3;
    }
    double flops =
        switch (contender.library()) {
          case SGCONV -> 80e9;
          case JAVA -> 2e9;
          case PYTORCH, JTRANSFORMS, FFTW, MKL, COMMONS, JDSP -> 12e9;
        };
    double call = what.work().flops() / flops;
    return 2.5
        + plan.measurement().toMillis() * 1e-3
        + (contender.library() == Library.JAVA ? 4 : 6) * call;
  }

  /**
   * Measures the machine's limits for the first time.
   *
   * @throws InvalidArgumentException if no case fits into memory
   */
  @Override
  public void begin(Progress progress, Listener listener) throws IOException {
    requireRoom();
    machine = Machine.describe(null);
    probe = new LimitProbe(plan.threads());
    progress.at("limits");
    limits = probe.measure();
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

  @Override
  public StartedCase start(BenchmarkCase what, Progress progress) throws IOException {
    Optional<String> misfit = memory.misfit(what);
    if (misfit.isPresent()) {
      failed = true;
      throw new ContenderFailedException(misfit.get(), null);
    }
    progress.at("reference, " + what);
    Expectations exact = new Expectations(expectations.path());
    if (what.operation().isLayer()) {
      exact.ensureConvolution(what.shape(), what.type());
    } else if (what.operation().isSignal()) {
      exact.ensureSignals(what);
    }
    progress.at("limits");
    MachineLimits now = begun(probe).measure();
    limits = begun(limits).best(now);
    ContenderProcess process =
        new ContenderProcess(
            plan.threads(), plan.measurement(), memory, expectations.path(), work.path());
    return new StartedCase() {
      @Override
      public Measurement measure(Contender contender) throws IOException {
        try {
          PeerNatives.missing(contender.library())
              .ifPresent(
                  reason -> {
                    throw new ContenderFailedException(reason, null);
                  });
          return process.run(contender, what);
        } catch (ContenderFailedException failure) {
          failed = true;
          throw failure;
        }
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public Results results(List<Measurement> measurements, boolean finished) throws IOException {
    Map<String, String> libraries = new LinkedHashMap<>();
    for (Library library : plan.libraries()) {
      if (plan.cases().stream().anyMatch(what -> what.suits(library))) {
        libraries.put(library.id(), library.description());
      }
    }
    Machine described = begun(machine);
    return new Results(
        finished ? described.atEnd() : described,
        plan.threads(),
        plan.rounds(),
        plan.measurement().toMillis(),
        begun(limits),
        libraries,
        measurements,
        finished);
  }

  private static <T> T begun(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("the run has not begun");
    }
    return value;
  }

  /** Folder of the logs, which is kept where a contender failed: somebody may want to read why. */
  public Optional<Path> logs() {
    return failed ? Optional.of(work.path()) : Optional.empty();
  }

  @Override
  public void close() throws IOException {
    if (probe != null) {
      probe.close();
    }
    if (failed) {
      work.keep();
    }
    try (expectations) {
      work.close();
    }
  }
}
