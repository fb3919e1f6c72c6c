package org.sgconv.benchmarks.cpu;

import java.util.ArrayList;
import java.util.List;
import org.sgconv.benchmarks.peers.Library;
import org.sgconv.benchmarks.peers.Workload;

/** One operation on one shape; synthesis has B = 1. */
public record BenchmarkCase(Operation operation, Workload shape) {

  /** The shapes of docs/performance.md. */
  public static final List<Workload> SHAPES =
      List.of(
          new Workload(8, 256, 1024),
          new Workload(8, 256, 4096),
          new Workload(4, 256, 16384),
          new Workload(1, 256, 65536),
          new Workload(1, 64, 1048576));

  /** The extents of the synthesized kernel. */
  public static final Workload SYNTHESIS_SHAPE = new Workload(1, 256, 16384);

  /** The cases of these operations: convolutions on every shape, synthesis on its own. */
  public static List<BenchmarkCase> of(List<Operation> operations, List<Workload> shapes) {
    List<BenchmarkCase> cases = new ArrayList<>();
    for (Operation operation : operations) {
      for (Workload shape : operation.isSynthesis() ? List.of(SYNTHESIS_SHAPE) : shapes) {
        cases.add(new BenchmarkCase(operation, shape));
      }
    }
    return List.copyOf(cases);
  }

  /** Whether {@code library} can do it. */
  public boolean suits(Library library) {
    return !operation.isSynthesis() || library.synthesizes();
  }

  /** A name for people. */
  @Override
  public String toString() {
    return operation.title() + " " + shape;
  }
}
