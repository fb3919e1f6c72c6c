package org.sgconv.benchmarks.cpu;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.sgconv.benchmarks.peers.Library;
import org.sgconv.benchmarks.peers.Workload;

/**
 * What a run measures, and for how long.
 *
 * @param rounds how often every case goes round all contenders
 * @param measurement time that a process measures
 * @param peersAtBest whether peers run a second time as {@link Contender#tuned}
 */
public record CpuPlan(
    List<Operation> operations,
    List<Workload> shapes,
    List<Library> libraries,
    int threads,
    int rounds,
    Duration measurement,
    boolean peersAtBest) {

  /** Copies the lists. */
  public CpuPlan {
    operations = List.copyOf(operations);
    shapes = List.copyOf(shapes);
    libraries = List.copyOf(libraries);
  }

  /** The cases, in order. */
  public List<BenchmarkCase> cases() {
    return BenchmarkCase.of(operations, shapes);
  }

  /** Who takes part in {@code what}, in order. */
  public List<Contender> contenders(BenchmarkCase what) {
    List<Contender> contenders = new ArrayList<>();
    for (Library library : libraries) {
      if (what.suits(library)) {
        contenders.add(new Contender(library, false));
        if (peersAtBest && library.gainsFromAllocator()) {
          contenders.add(new Contender(library, true));
        }
      }
    }
    return contenders;
  }

  /** The float64 reference is no competitor: one short round shows where it stands. */
  int rounds(Contender contender) {
    return contender.library() == Library.JAVA ? 1 : rounds;
  }

  /**
   * A guess at what one process takes on a processor of today, only good for saying how far a run
   * has come: setting up, warm-up and measurement, and some calls beside these if they are long.
   */
  double expectedSeconds(Contender contender, BenchmarkCase what) {
    double flops =
        switch (contender.library()) {
          case SGCONV -> 80e9;
          case JAVA -> 2e9;
          case PYTORCH, JTRANSFORMS, FFTW, MKL -> 12e9;
        };
    double call = what.operation().work(what.shape()).flops() / flops;
    return 2.5
        + measurement.toMillis() * 1e-3
        + (contender.library() == Library.JAVA ? 4 : 6) * call;
  }

  /** What all processes take by {@link #expectedSeconds}. */
  double expectedSeconds() {
    double sum = 0;
    for (BenchmarkCase what : cases()) {
      for (Contender contender : contenders(what)) {
        sum += rounds(contender) * expectedSeconds(contender, what);
      }
    }
    return sum;
  }

  /** Processes to run. */
  public int processes() {
    int count = 0;
    for (BenchmarkCase what : cases()) {
      for (Contender contender : contenders(what)) {
        count += rounds(contender);
      }
    }
    return count;
  }
}
