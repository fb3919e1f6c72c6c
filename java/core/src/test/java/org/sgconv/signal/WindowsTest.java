package org.sgconv.signal;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sgconv.contract.Seed;

class WindowsTest {

  /**
   * Of sums of positive numbers: seven roundings. Of 4096 one after another some windows are off by
   * fifty.
   */
  private static final double BOUND = 7 * 0x1p-53;

  private final Random random = Seed.random(getClass());

  @Test
  void sumsAreAsExactInLongWindows() {
    for (int length : new int[] {1, 63, 64, 65, 100, 256, 257, 320, 4096, 50_000}) {
      int count = 2 * length + 3;
      double[] x = random.doubles(count + length - 1, 0, 1).toArray();
      BigDecimal[] sums = running(x, false);
      BigDecimal[] squares = running(x, true);
      boolean[] taken = new boolean[count];
      Windows.sums(
          x,
          x.length,
          new Windows.Scratch(length),
          (first, windows, sum, sumOfSquares) -> {
            for (int i = 0; i < windows; i++) {
              int index = first + i;
              assertThat(taken[index]).isFalse();
              taken[index] = true;
              requireNear(sum[i], sums[index + length].subtract(sums[index]));
              requireNear(sumOfSquares[i], squares[index + length].subtract(squares[index]));
            }
          });
      assertThat(taken).doesNotContain(false);
    }
  }

  /** Element i is the exact sum of the first i values. */
  private static BigDecimal[] running(double[] x, boolean squared) {
    BigDecimal[] sums = new BigDecimal[x.length + 1];
    sums[0] = BigDecimal.ZERO;
    for (int i = 0; i < x.length; i++) {
      BigDecimal value = new BigDecimal(x[i]);
      sums[i + 1] = sums[i].add(squared ? value.multiply(value) : value);
    }
    return sums;
  }

  private static void requireNear(double actual, BigDecimal exact) {
    double error = new BigDecimal(actual).subtract(exact).doubleValue();
    assertThat(Math.abs(error) / exact.doubleValue()).as(Seed.replay()).isLessThanOrEqualTo(BOUND);
  }
}
