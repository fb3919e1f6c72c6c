package org.sgconv.benchmarks.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class WindowNormsTest {

  private static final MathContext DIGITS = new MathContext(60);

  /** After a spike, which leaves a running sum of float64 no digits. */
  @Test
  void areThoseOfExactArithmetic() {
    long seed = 7;
    double[] signal = new Random(seed).doubles(300, -1, 1).toArray();
    signal[40] = 1e9;
    double[] norms = WindowNorms.of(signal, 17);
    assertThat(norms).hasSize(284);
    for (int t = 0; t < norms.length; t++) {
      assertThat(norms[t] / exact(signal, t, 17))
          .as("window %d, seed %d", t, seed)
          .isCloseTo(1, within(1e-13));
    }
  }

  private static double exact(double[] signal, int start, int samples) {
    BigDecimal sum = BigDecimal.ZERO;
    BigDecimal squares = BigDecimal.ZERO;
    for (int i = start; i < start + samples; i++) {
      BigDecimal value = new BigDecimal(signal[i]);
      sum = sum.add(value);
      squares = squares.add(value.multiply(value));
    }
    return squares
        .subtract(sum.multiply(sum).divide(BigDecimal.valueOf(samples), DIGITS))
        .sqrt(DIGITS)
        .doubleValue();
  }
}
