package org.sgconv.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MedianTest {

  @Test
  void isTheMiddleOrTheMeanOfTheMiddleTwo() {
    assertThat(Median.of(7)).isEqualTo(7);
    assertThat(Median.of(9, 1, 5)).isEqualTo(5);
    assertThat(Median.of(9, 1, 5, 100)).isEqualTo(7);
  }

  @Test
  void leavesTheValuesAsTheyAre() {
    double[] values = {3, 1, 2};
    assertThat(Median.of(values)).isEqualTo(2);
    assertThat(values).containsExactly(3, 1, 2);
  }

  @Test
  void isUnknownOfNothingAndOfWhatIsUnknown() {
    assertThat(Median.of()).isNaN();
    assertThat(Median.of(1, Double.NaN, 2)).isNaN();
  }
}
