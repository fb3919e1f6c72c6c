package org.sgconv.internal.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sgconv.spi.Dropout;

/** Functions of one number, against values that others have published. */
class LayerFunctionsTest {

  /** Of the C library, which rounds these correctly. */
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "0.1, 0.11246291601828489",
    "0.5, 0.52049987781304654",
    "1, 0.84270079294971487",
    "2, 0.99532226501895273",
    "2.9999, 0.9999778955735178",
    "3, 0.99997790950300141",
    "3.5, 0.99999925690162766",
    "5, 0.99999999999846254",
    "7, 1"
  })
  void errorFunction(double x, double expected) {
    assertThat(ErrorFunction.erf(x)).isCloseTo(expected, within(4e-16));
    assertThat(ErrorFunction.erf(-x)).isCloseTo(-expected, within(4e-16));
  }

  @Test
  void derivativeOfGeluIsItsSlope() {
    for (double x = -8; x <= 8; x += 0.125) {
      double slope = (Gelu.value(x + 1e-5) - Gelu.value(x - 1e-5)) / 2e-5;
      assertThat(Gelu.derivative(x)).isCloseTo(slope, within(1e-9));
    }
  }

  /** The known answers that the authors of Philox publish with it (Random123, kat_vectors). */
  @Test
  void philox() {
    long all = 0xFFFFFFFFL;
    assertThat(DropoutMask.philox(new long[4], 0, 0))
        .containsExactly(0x6627e8d5L, 0xe169c58dL, 0xbc57ac4cL, 0x9b00dbd8L);
    assertThat(DropoutMask.philox(new long[] {all, all, all, all}, all, all))
        .containsExactly(0x408f276dL, 0x41c83b0eL, 0xa20bc7c6L, 0x6d5451fdL);
    assertThat(
            DropoutMask.philox(
                new long[] {0x243f6a88L, 0x85a308d3L, 0x13198a2eL, 0x03707344L},
                0xa4093822L,
                0x299f31d0L))
        .containsExactly(0xd16cfe09L, 0x94fdccebL, 0x5001e420L, 0x24126ea1L);
  }

  @Test
  void dropoutLeavesOutItsShareAndScalesTheRest() {
    Dropout dropout = new Dropout(0.3, 2222, 5, 17);
    double sum = 0;
    int kept = 0;
    for (int e = 0; e < 100_000; e++) {
      double factor = DropoutMask.factor(dropout, e);
      assertThat(factor).isIn(0.0, 1 / (1 - 0.3));
      kept += factor > 0 ? 1 : 0;
      sum += factor;
    }
    assertThat(kept).isBetween(69_400, 70_600); // four standard deviations
    assertThat(sum / 100_000).isCloseTo(1, within(0.01));
    assertThat(DropoutMask.factor(Dropout.NONE, 3)).isEqualTo(1);
  }
}
