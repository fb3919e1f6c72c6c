package org.sgconv.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class FastLengthTest {

  @Test
  void isTheLeastEvenSmoothLengthThatHoldsTheLinearConvolution() {
    assertThat(FastLength.forLinear(1)).isEqualTo(2);
    assertThat(FastLength.forLinear(4)).isEqualTo(8);
    assertThat(FastLength.forLinear(100)).isEqualTo(200);
    assertThat(FastLength.forLinear(4096)).isEqualTo(8192);
    assertThat(FastLength.forLinear(4097)).isEqualTo(8640);
    assertThat(FastLength.forLinear(1 << 20)).isEqualTo(1 << 21);
  }
}
