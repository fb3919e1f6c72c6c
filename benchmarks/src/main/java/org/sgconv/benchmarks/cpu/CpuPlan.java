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
 * @param warmup time of JMH's own warm-up, after {@link WarmUp}
 * @param measurement time that a process measures
 * @param peersAtBest whether peers run a second time as {@link Contender#tuned}
 */
public record CpuPlan(
    List<Operation> operations,
    List<Workload> shapes,
    List<Library> libraries,
    int threads,
    int rounds,
    Duration warmup,
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
        if (peersAtBest && library.needsPeerNatives()) {
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
