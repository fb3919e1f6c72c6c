package org.sgconv.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidArgumentException;
import org.sgconv.benchmarks.host.HostBench;
import org.sgconv.benchmarks.host.HostPlan;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Library;
import org.sgconv.benchmarks.model.Operation;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.tensor.DType;
import picocli.CommandLine.Option;

/** What {@code bench --cpu} measures: the CPU backend, and its peers side by side with it. */
final class HostBenchOptions {

  private static final List<Operation> QUICK_OPERATIONS =
      List.of(
          Operation.FORWARD,
          Operation.STEP,
          Operation.SYNTHESIS_FORWARD,
          Operation.SYNTHESIS_BACKWARD);

  @Option(
      names = "--operations",
      split = ",",
      paramLabel = "NAME",
      description =
          "With --cpu: any of forward, forward-new-kernel, backward, step, synthesis-forward,"
              + " synthesis-backward.")
  private List<String> operations = List.of();

  @Option(
      names = "--peers",
      split = ",",
      paramLabel = "NAME",
      description = "With --cpu: any of pytorch, jtransforms, fftw, mkl, java. Default: all.")
  private List<String> peers = List.of();

  @Option(
      names = "--peers-at-best",
      description =
          "With --cpu: also run PyTorch and MKL with an allocator that keeps large blocks, for MKL"
              + " on huge pages.")
  private boolean peersAtBest;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "With --cpu: threads of every library. Default: 2.")
  private @Nullable Integer threads;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "With --cpu: rounds over all libraries. Default: 3, with --quick 1.")
  private @Nullable Integer rounds;

  /** Whether none makes this another run than those that are kept. */
  boolean areDefault() {
    return operations.isEmpty() && peers.isEmpty() && threads == null && rounds == null;
  }

  /**
   * The run that was asked for.
   *
   * @param shapes as given; empty for the default
   */
  HostBench bench(List<Workload> shapes, boolean quick) throws IOException {
    int processors = Runtime.getRuntime().availableProcessors();
    int team = threads == null ? 2 : threads;
    if (team < 1 || team > processors) {
      throw new InvalidArgumentException(
          "--threads is " + team + ": must be from 1 to the " + processors + " processors here");
    }
    int count = rounds == null ? (quick ? 1 : 3) : rounds;
    if (count < 1) {
      throw new InvalidArgumentException("--rounds is " + count + ": must be ≥ 1");
    }
    List<Workload> chosen =
        shapes.isEmpty() ? (quick ? HostBench.SHAPES.subList(0, 3) : HostBench.SHAPES) : shapes;
    return new HostBench(
        new HostPlan(
            BenchmarkCase.of(operations(quick), chosen, List.of(DType.FLOAT32)),
            libraries(),
            team,
            count,
            Duration.ofMillis(quick ? 900 : 2400),
            peersAtBest));
  }

  private List<Operation> operations(boolean quick) {
    if (operations.isEmpty()) {
      return quick ? QUICK_OPERATIONS : List.of(Operation.values());
    }
    return operations.stream().map(Operation::parse).distinct().toList();
  }

  /** This library always takes part. */
  private List<Library> libraries() {
    if (peers.isEmpty()) {
      return List.of(Library.values());
    }
    List<Library> libraries = new ArrayList<>();
    libraries.add(Library.SGCONV);
    peers.stream().map(Library::parse).filter(Library::isPeer).distinct().forEach(libraries::add);
    return libraries;
  }
}
