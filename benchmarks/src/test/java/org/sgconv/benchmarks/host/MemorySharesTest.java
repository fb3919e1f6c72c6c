package org.sgconv.benchmarks.host;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Operation;
import org.sgconv.benchmarks.model.Workload;

final class MemorySharesTest {

  private static final long GIBI = 1L << 30;
  private static final MemoryShares CONTAINER = new MemoryShares(2 * GIBI, GIBI / 2);

  private static BenchmarkCase forward(int batch, int hidden, int length) {
    return new BenchmarkCase(Operation.FORWARD, new Workload(batch, hidden, length));
  }

  @ParameterizedTest
  @CsvSource({"1, 0.25", "2, 0.5", "4, 1", "24, 6", "512, 32"})
  void bothProcessesFitIntoTheMachine(double physical, double ownHeap) {
    MemoryShares shares = new MemoryShares((long) (physical * GIBI), (long) (ownHeap * GIBI));
    assertThat(shares.heap() + shares.nativeBytes() + shares.ownHeap())
        .isLessThan(shares.physical());
    assertThat(shares.heap()).isLessThanOrEqualTo(2 * GIBI);
  }

  @Test
  void aCaseTooLongForTheReferenceNamesWhatIsMissing() {
    assertThat(CONTAINER.misfit(forward(1, 1, 1 << 27)))
        .hasValueSatisfying(
            text ->
                assertThat(text)
                    .startsWith("forward float32 1,1,134217728 does not fit: it takes at least ")
                    .contains("of Java heap for the reference, and 536870912 are allowed")
                    .contains("of the 2147483648 bytes of this machine or container"));
  }

  @Test
  void aCaseTooLargeForItsSignalsNamesWhatIsLeft() {
    assertThat(CONTAINER.misfit(forward(1, 64, 1 << 20)))
        .hasValueSatisfying(
            text ->
                assertThat(text)
                    .contains("at least 1073741824 bytes outside the Java heap")
                    .contains("536870912 are left beside the Java heaps of two processes"));
  }

  @Test
  void whatFitsIsMeasured() {
    assertThat(CONTAINER.misfit(forward(8, 256, 4096))).isEmpty();
    for (Workload shape : HostBench.SHAPES) {
      assertThat(
              new MemoryShares(16 * GIBI, 4 * GIBI)
                  .misfit(new BenchmarkCase(Operation.STEP, shape)))
          .isEmpty();
    }
  }
}
