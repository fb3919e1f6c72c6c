package org.sgconv.benchmarks.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.sgconv.tensor.DType;

/** Which cases there are of a type, who takes part, and what they cost. */
final class BenchmarkCaseTest {

  private static final Workload SHAPE = new Workload(2, 3, 64);

  @Test
  void layersInFloat64AreTwiceTheWorkAndWithoutPyTorch() {
    BenchmarkCase single = new BenchmarkCase(Operation.STEP, SHAPE);
    BenchmarkCase twice = new BenchmarkCase(Operation.STEP, SHAPE, DType.FLOAT64);
    assertThat(twice.work().bytes()).isEqualTo(2 * single.work().bytes());
    assertThat(twice.work().flops()).isEqualTo(2 * single.work().flops());
    assertThat(single.suits(Library.PYTORCH)).isTrue();
    assertThat(twice.suits(Library.PYTORCH)).isFalse();
    assertThat(twice.suits(Library.FFTW)).isTrue();
    assertThat(twice.suits(Library.COMMONS)).isFalse();
  }

  @Test
  void synthesisIsInFloat32Only() {
    List<Operation> operations = List.of(Operation.FORWARD, Operation.SYNTHESIS_FORWARD);
    assertThat(BenchmarkCase.of(operations, List.of(SHAPE), List.of(DType.FLOAT64)))
        .containsExactly(new BenchmarkCase(Operation.FORWARD, SHAPE, DType.FLOAT64));
    assertThat(BenchmarkCase.of(operations, List.of(SHAPE), List.of(DType.FLOAT32))).hasSize(2);
  }
}
