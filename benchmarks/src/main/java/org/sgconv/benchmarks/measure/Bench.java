package org.sgconv.benchmarks.measure;

import java.io.IOException;
import java.util.List;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Contender;
import org.sgconv.benchmarks.model.Measurement;
import org.sgconv.benchmarks.model.Results;
import org.sgconv.cli.report.Progress;

/**
 * Where cases are measured, and by whom: on the host each contender in a process of its own, on a
 * device this library on a stream and PyTorch beside it.
 */
public interface Bench extends AutoCloseable {

  /** Told that {@link #known} has become more. */
  @FunctionalInterface
  interface Listener {
    /** Something was measured. */
    void measured() throws IOException;
  }

  /** The cases, in order. */
  List<BenchmarkCase> cases();

  /** Who takes part in {@code what}, in order. */
  List<Contender> contenders(BenchmarkCase what);

  /** How often a contender has its turn in a case. */
  int rounds(Contender contender, BenchmarkCase what);

  /**
   * A guess at what one turn takes on a machine of today, only good for saying how far a run has
   * come.
   */
  double expectedSeconds(Contender contender, BenchmarkCase what);

  /** What is measured before the first case. */
  void begin(Progress progress, Listener listener) throws IOException;

  /** Makes ready what all contenders of a case share, until it is closed. */
  StartedCase start(BenchmarkCase what, Progress progress) throws IOException;

  /** Measurements of a case that were taken at the beginning. */
  default List<Measurement> known(BenchmarkCase what) {
    return List.of();
  }

  /** The results of a run that came to these measurements. */
  Results results(List<Measurement> measurements, boolean finished) throws IOException;

  @Override
  void close() throws IOException;
}
