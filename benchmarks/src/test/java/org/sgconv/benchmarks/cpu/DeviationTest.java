package org.sgconv.benchmarks.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

final class DeviationTest {

  private static Deviation of(double[] expected, float... actual) {
    return Deviation.between(MemorySegment.ofArray(expected), MemorySegment.ofArray(actual));
  }

  @Test
  void measuresRelativeAndLargestError() {
    Deviation deviation = of(new double[] {3, 4}, 3f, 5f);
    assertThat(deviation.relative()).isCloseTo(1.0 / 5, within(1e-12));
    assertThat(deviation.largest()).isCloseTo(1 / Math.sqrt(12.5), within(1e-12));
  }

  @Test
  void nanAndInfinityNeverPass() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      assertThat(of(new double[] {1, 1}, 1f, bad).within(Deviation.PEER_BOUND)).isFalse();
      assertThat(of(new double[] {1, 1}, bad, 1f).within(Deviation.PEER_BOUND)).isFalse();
    }
    assertThat(of(new double[] {0, 0}, 0f, 0f).within(Deviation.PEER_BOUND)).isFalse();
  }

  @Test
  void oneWrongElementOfManyIsNoticed() {
    double[] expected = new double[100_000];
    float[] actual = new float[expected.length];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = Math.sin(i);
      actual[i] = (float) expected[i];
    }
    assertThat(of(expected, actual).within(Deviation.OWN_BOUND)).isTrue();
    actual[77_777] += 1e-5f;
    assertThat(of(expected, actual).within(Deviation.OWN_BOUND)).isFalse();
  }

  @Test
  void wrongCountIsAnError() {
    assertThatThrownBy(() -> of(new double[] {1, 2}, 1f)).hasMessageContaining("1 values");
  }
}
