package org.sgconv.benchmarks.host;

import java.util.ArrayList;
import java.util.List;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Operation;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.tensor.DType;

/** The cases of signals of docs/performance.md. */
public final class SignalCases {

  /** What signals are measured in. */
  public static final List<DType> TYPES = List.of(DType.FLOAT32, DType.FLOAT64);

  private static final int FIVE_MINUTES = 5 * 60 * 48_000;

  /** Five minutes of 48 kHz with a response of two seconds. */
  private static final Workload HALL = new Workload(1, 1, FIVE_MINUTES, 2 * 48_000);

  private static final List<Workload> CONVOLVED =
      List.of(
          HALL,
          // One minute in stereo, each channel with ten seconds of its own.
          new Workload(1, 2, 60 * 48_000, 10 * 48_000),
          new Workload(1, 1, FIVE_MINUTES, 64),
          new Workload(1, 1, FIVE_MINUTES, 256),
          new Workload(1, 1, FIVE_MINUTES, 1024),
          new Workload(1, 1, FIVE_MINUTES, 8192),
          // Many channels with one filter.
          new Workload(64, 1, 480_000, 4800),
          // Calls of microseconds.
          new Workload(1, 1, 4096, 64),
          new Workload(1, 1, 4096, 512));

  private static final List<Workload> CORRELATED =
      List.of(new Workload(1, 1, 100_000, 4096), new Workload(4, 8, 1_000_000, 4096));

  private static final List<Workload> QUICK =
      List.of(
          HALL,
          new Workload(1, 1, FIVE_MINUTES, 256),
          new Workload(1, 1, 4096, 64),
          new Workload(1, 1, 100_000, 4096));

  private SignalCases() {}

  /** The cases by default, of {@code operations}; or only those of a quick run. */
  public static List<BenchmarkCase> of(
      List<Operation> operations, List<DType> types, boolean quick) {
    List<BenchmarkCase> cases = new ArrayList<>();
    for (Operation operation : operations) {
      List<Workload> shapes = operation == Operation.CORRELATE ? CORRELATED : CONVOLVED;
      shapes.stream()
          .filter(shape -> !quick || QUICK.contains(shape))
          .forEach(shape -> types.forEach(t -> cases.add(new BenchmarkCase(operation, shape, t))));
    }
    return List.copyOf(cases);
  }
}
