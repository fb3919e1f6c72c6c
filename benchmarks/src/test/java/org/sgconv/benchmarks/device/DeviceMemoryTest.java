package org.sgconv.benchmarks.device;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Operation;
import org.sgconv.benchmarks.model.Workload;

class DeviceMemoryTest {

  @Test
  void casesShrinkToTheMemoryThereIs() {
    BenchmarkCase large = new BenchmarkCase(Operation.BACKWARD, new Workload(64, 768, 65536));
    long memory = 20L << 30;
    BenchmarkCase fit = DeviceMemory.within(large, memory);
    assertThat(DeviceMemory.needed(fit)).isLessThanOrEqualTo(memory);
    assertThat(fit.shape().batch()).isEqualTo(32);
    assertThat(DeviceMemory.within(large, 1L << 40)).isEqualTo(large);
  }
}
