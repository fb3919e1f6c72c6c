package org.sgconv.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidArgumentException;
import org.sgconv.benchmarks.host.HostBench;
import org.sgconv.benchmarks.host.HostPlan;
import org.sgconv.benchmarks.host.SignalCases;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Library;
import org.sgconv.benchmarks.model.Operation;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.tensor.DType;
import picocli.CommandLine.Option;

/**
 * What {@code bench --cpu} and {@code bench --signals} measure: the CPU backend, and its peers side
 * by side with it.
 */
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
              + " synthesis-backward. With --signals: convolve, correlate.")
  private List<String> operations = List.of();

  @Option(
      names = "--peers",
      split = ",",
      paramLabel = "NAME",
      description =
          "With --cpu: any of pytorch, jtransforms, fftw, mkl, java. With --signals: any of"
              + " jtransforms, fftw, mkl, commons, jdsp, java. Default: all.")
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
      description = "With --cpu and --signals: threads of every library. Default: 2.")
  private @Nullable Integer threads;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description =
          "With --cpu and --signals: rounds over all libraries. Default: 3, with --quick 1.")
  private @Nullable Integer rounds;

  /** Whether none makes this another run than those that are kept. */
  boolean areDefault() {
    return operations.isEmpty() && peers.isEmpty() && threads == null && rounds == null;
  }

  /**
   * The run of layers that was asked for.
   *
   * @param shapes as given; empty for the default
   * @param types as given; empty for float32
   */
  HostBench layers(List<Workload> shapes, List<String> types, boolean quick) throws IOException {
    List<Operation> chosen =
        operations.isEmpty()
            ? (quick ? QUICK_OPERATIONS : all(operation -> !operation.isSignal()))
            : operations(operation -> !operation.isSignal(), "--cpu");
    return bench(
        BenchmarkCase.of(
            chosen,
            shapes.isEmpty() ? (quick ? HostBench.SHAPES.subList(0, 3) : HostBench.SHAPES) : shapes,
            Types.named(types, List.of(DType.FLOAT32, DType.FLOAT64), List.of(DType.FLOAT32))),
        libraries(library -> !library.isOfDoubleArrays(), "--cpu"),
        quick);
  }

  /**
   * The run of signals that was asked for.
   *
   * @param shapes as given; empty for the default
   * @param types as given; empty for all
   */
  HostBench signals(List<Workload> shapes, List<String> types, boolean quick) throws IOException {
    List<Operation> chosen =
        operations.isEmpty()
            ? (shapes.isEmpty() ? all(Operation::isSignal) : List.of(Operation.CONVOLVE))
            : operations(Operation::isSignal, "--signals");
    List<DType> ofTypes = Types.named(types, SignalCases.TYPES, SignalCases.TYPES);
    return bench(
        shapes.isEmpty()
            ? SignalCases.of(chosen, ofTypes, quick)
            : BenchmarkCase.of(chosen, shapes, ofTypes),
        libraries(library -> library != Library.PYTORCH, "--signals"),
        quick);
  }

  private HostBench bench(List<BenchmarkCase> cases, List<Library> libraries, boolean quick)
      throws IOException {
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
    return new HostBench(
        new HostPlan(
            cases, libraries, team, count, Duration.ofMillis(quick ? 900 : 2400), peersAtBest));
  }

  private static List<Operation> all(Predicate<Operation> suits) {
    return Stream.of(Operation.values()).filter(suits).toList();
  }

  /** Those that were named. */
  private List<Operation> operations(Predicate<Operation> suits, String subject) {
    List<Operation> named = operations.stream().map(Operation::parse).distinct().toList();
    for (Operation operation : named) {
      if (!suits.test(operation)) {
        throw new InvalidArgumentException(
            "operation '" + operation.id() + "' is none of those of " + subject);
      }
    }
    return named;
  }

  /** This library always takes part. */
  private List<Library> libraries(Predicate<Library> suits, String subject) {
    if (peers.isEmpty()) {
      return Stream.of(Library.values()).filter(suits).toList();
    }
    List<Library> libraries = new ArrayList<>();
    libraries.add(Library.SGCONV);
    peers.stream().map(Library::parse).filter(Library::isPeer).distinct().forEach(libraries::add);
    for (Library library : libraries) {
      if (!suits.test(library)) {
        throw new InvalidArgumentException(
            "peer '" + library.id() + "' is none of those of " + subject);
      }
    }
    return libraries;
  }
}
