package org.sgconv.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What float64 is judged by: the nearest doubles to exact sums, or next to them. */
class WideProductTest {

  @Test
  void sumsOfShortRowsAreTheNearestDoubles() {
    check(rows(90, 1), rows(60, 2));
  }

  @Test
  void transformsOfLongRowsAreNearlyAsNear() {
    check(rows(700, 3), rows(300, 4));
  }

  /** A tone that a filter lets nothing of through: a loud row beside a quiet result. */
  @Test
  void whatIsSmallBesideWhatIsCarriedIsRightToo() {
    double[] tone = new double[600];
    double[] low = new double[600];
    for (int i = 0; i < tone.length; i++) {
      tone[i] = Math.sin(2.6 * i);
      double distance = (i - 150) / 25.0;
      low[i] = Math.exp(-distance * distance / 2) / 60;
    }
    check(tone, low);
  }

  @Test
  void silenceIsSilent() {
    assertThat(new WideProduct(1999).of(new double[1000], rows(1000, 5))).containsOnly(0);
  }

  @Test
  void plainProductsAreNotAsNear() {
    double[] a = rows(700, 3);
    double[] b = rows(300, 4);
    double[] wide = new WideProduct(999).of(a, b);
    double[] plain = new LinearProduct(999).of(a, b);
    int different = 0;
    for (int i = 0; i < wide.length; i++) {
      different += wide[i] == plain[i] ? 0 : 1;
    }
    assertThat(different).isGreaterThan(wide.length / 2);
  }

  private static double[] rows(int length, long seed) {
    return new Random(seed).doubles(length, -1, 1).toArray();
  }

  private static void check(double[] a, double[] b) {
    double[] found = new WideProduct(a.length + b.length - 1).of(a, b);
    double carried = Norms.of(a) * Norms.of(b);
    for (int lag = 0; lag < found.length; lag++) {
      BigDecimal sum = BigDecimal.ZERO;
      for (int i = Math.max(0, lag - b.length + 1); i <= Math.min(lag, a.length - 1); i++) {
        sum = sum.add(new BigDecimal(a[i]).multiply(new BigDecimal(b[lag - i])));
      }
      double error = sum.subtract(new BigDecimal(found[lag])).abs().doubleValue();
      // Half a spacing for the rounding, and what 100 bits leave of what is carried.
      assertThat(error)
          .as("lag " + lag)
          .isLessThanOrEqualTo(0.5000001 * Math.ulp(found[lag]) + 0x1p-90 * carried);
    }
  }
}
