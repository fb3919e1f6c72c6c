package org.sgconv.benchmarks.host;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class CallerAllocationTest {

  private final CallerAllocation allocation = new CallerAllocation();
  private byte[] kept = {};
  private int calls;

  @Test
  void isNothingForCodeThatAllocatesNothing() {
    for (int i = 0; i < 9; i++) {
      allocation.run(() -> calls++);
    }
    assertThat(allocation.median()).isZero();
  }

  @Test
  void countsWhatEveryCallAllocates() {
    for (int i = 0; i < 9; i++) {
      allocation.run(() -> kept = new byte[1_000_000]);
    }
    assertThat(kept).hasSize(1_000_000);
    assertThat(allocation.median()).isBetween(1_000_000.0, 1_001_000.0);
  }

  @Test
  void isNotMovedByOneCall() {
    for (int i = 0; i < 9; i++) {
      allocation.run(
          () -> {
            if (++calls == 4) {
              kept = new byte[1_000_000];
            }
          });
    }
    assertThat(allocation.median()).isZero();
  }

  @Test
  void isUnknownBeforeTheFirstCall() {
    assertThat(allocation.median()).isNaN();
  }
}
