package org.sgconv.contract;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The comparison that all others rest on: it must be able to fail. */
class ToleranceTest {

  private static final double[] EXPECTED = {3, -4, 0, 12};

  @ParameterizedTest
  @ValueSource(
      doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 12.001, -12})
  void refuses(double wrong) {
    assertThatThrownBy(
            () -> Tolerance.FLOAT32.check("case 7", EXPECTED, new double[] {3, -4, 0, wrong}))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("case 7")
        .hasMessageContaining(String.valueOf(wrong));
  }

  @Test
  void acceptsWhatIsNear() {
    double[] near = {3 + 1e-6, -4, 1e-6, 12};
    assertThatCode(() -> Tolerance.FLOAT32.check("near", EXPECTED, near))
        .doesNotThrowAnyException();
  }

  @Test
  void refusesOneBadElementAmongMany() {
    double[] expected = new double[1_000_000];
    java.util.Arrays.fill(expected, 1);
    double[] actual = expected.clone();
    // Invisible in the L2 norm, not in the maximum.
    actual[123_456] += 1e-5;
    assertThatThrownBy(() -> Tolerance.FLOAT32.check("one", expected, actual))
        .hasMessageContaining("worst at 123456");
  }

  @Test
  void refusesNaNEvenWhereNaNIsExpected() {
    double[] nan = {Double.NaN};
    assertThatThrownBy(() -> Tolerance.FLOAT32.check("NaN", nan, nan))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void refusesAnythingButZeroWhereAllIsZero() {
    assertThatThrownBy(
            () -> Tolerance.FLOAT32.check("zero", new double[2], new double[] {0, 1e-30}))
        .isInstanceOf(AssertionError.class);
  }

  /** One rounding is free, a second spacing is not. */
  @Test
  void knowsWhatRoundingTo16BitsCosts() {
    double[] expected = {1.002, -300.9, 1e-7, 5};
    double[] bfloat = {1, -300, Math.scalb(430.0 / 256, -24) /* 1.0011e-7 */, 5};
    assertThatCode(() -> Tolerance.BFLOAT16.check("rounded", expected, bfloat))
        .doesNotThrowAnyException();
    bfloat[0] += 0x1p-7;
    assertThatThrownBy(() -> Tolerance.BFLOAT16.check("one off", expected, bfloat))
        .hasMessageContaining("one off")
        .hasMessageContaining("1.0078125");
    double[] half = {1.001953125, -301, 1.1920928955078125e-7, 5};
    assertThatCode(() -> Tolerance.FLOAT16.check("rounded", expected, half))
        .doesNotThrowAnyException();
    half[1] += 0.5;
    assertThatThrownBy(() -> Tolerance.FLOAT16.check("one off", expected, half))
        .hasMessageContaining("-300.5");
  }

  /** Each within one rounding, and together further than roundings are. */
  @Test
  void refusesRoundingThatAlwaysGoesFar() {
    double[] expected = new double[200];
    java.util.Arrays.fill(expected, 1 + 0x1p-9);
    double[] actual = expected.clone();
    java.util.Arrays.setAll(actual, i -> 1 - 0x1p-9);
    assertThatThrownBy(() -> Tolerance.BFLOAT16.check("biased", expected, actual))
        .hasMessageContaining("rounding included");
  }

  @Test
  void refusesAnotherNumberOfValues() {
    assertThatThrownBy(() -> Tolerance.FLOAT32.check("count", EXPECTED, new double[3]))
        .isInstanceOf(AssertionError.class);
  }
}
