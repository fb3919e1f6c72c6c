package org.sgconv.benchmarks.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class CostModelTest {

  @Test
  void countsAForwardConvolutionByHand() {
    // Two rows of 8 samples on one channel: a transform is 5·8·3 = 120 operations.
    Work work = new CostModel(2, 1, 8).forward();
    assertThat(work.bytes()).isEqualTo(2 * 2 * 8 * 4 + 8 * 8);
    assertThat(work.flops()).isCloseTo(2 * (2 * 120 + 3 * 6 * 8), within(1e-9));
  }

  @Test
  void aStepNeedsNoMoreThanItsHalves() {
    CostModel model = new CostModel(8, 256, 4096);
    Work forward = model.forwardNewKernel();
    Work backward = model.backward();
    assertThat(model.step().flops()).isLessThan(forward.flops() + backward.flops());
    assertThat(model.step().bytes()).isLessThan(forward.bytes() + backward.bytes());
    assertThat(model.step().flops()).isGreaterThan(model.backward().flops());
  }

  @Test
  void theLimitIsTheSlowerOfMemoryAndArithmetic() {
    MachineLimits machine = new MachineLimits("test", 256, 50, 100, 1000);
    assertThat(machine.seconds(new Work(200, 1000))).isEqualTo(2);
    assertThat(machine.seconds(new Work(100, 3000))).isEqualTo(3);
  }
}
