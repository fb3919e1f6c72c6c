package org.sgconv.benchmarks.device;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Operation;
import org.sgconv.benchmarks.model.Workload;

class CaseMemoryTest {

  @Test
  void casesShrinkToTheMemoryThereIs() {
    BenchmarkCase large = new BenchmarkCase(Operation.BACKWARD, new Workload(64, 768, 65536));
    long memory = 20L << 30;
    BenchmarkCase fit = CaseMemory.within(large, memory);
    assertThat(CaseMemory.needed(fit)).isLessThanOrEqualTo(memory);
    assertThat(fit.shape().batch()).isEqualTo(32);
    assertThat(CaseMemory.within(large, 1L << 40)).isEqualTo(large);
  }
}
