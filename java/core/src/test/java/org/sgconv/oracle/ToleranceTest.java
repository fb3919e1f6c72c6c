package org.sgconv.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.ConvolutionMode;
import org.sgconv.ShapeMismatchException;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** The comparison that all others rest on: it must be able to fail, and must not cry wolf. */
class ToleranceTest {

  private static final double[] EXPECTED = {3, -4, 0, 12};

  private static Deviation measure(DType type, double[] expected, double... actual) {
    return Tolerance.of(type).measure(ExactResult.of(expected, expected.length), actual);
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 12.001, -12})
  void refuses(double wrong) {
    Deviation deviation = measure(DType.FLOAT32, EXPECTED, 3, -4, 0, wrong);
    assertThat(deviation.isAccepted()).isFalse();
    assertThat(deviation.leavesRange()).isFalse();
    assertThat(deviation.describe()).contains("at 3", "expected 12.0", String.valueOf(wrong));
    assertThat(deviation.worst(Deviation.NONE).isAccepted()).isFalse();
    assertThat(Deviation.NONE.worst(deviation).isAccepted()).isFalse();
  }

  @Test
  void acceptsWhatIsNear() {
    Deviation deviation = measure(DType.FLOAT32, EXPECTED, 3 + 1e-6, -4, 1e-6, 12);
    assertThat(deviation.isAccepted()).isTrue();
    assertThat(deviation.relative()).isBetween(1e-7, 1.2e-7);
    assertThat(measure(DType.FLOAT64, EXPECTED, 3 + 1e-6, -4, 1e-6, 12).isAccepted()).isFalse();
  }

  /** Invisible in the norm, not in the largest element. */
  @Test
  void refusesOneBadElementAmongMany() {
    double[] expected = new double[1_000_000];
    Arrays.fill(expected, 1);
    double[] actual = expected.clone();
    actual[123_456] += 1e-5;
    Deviation deviation = measure(DType.FLOAT32, expected, actual);
    assertThat(deviation.relative()).isLessThan(1e-6);
    assertThat(deviation.isAccepted()).isFalse();
    assertThat(deviation.element()).isEqualTo(123_456);
  }

  @Test
  void neverAcceptsNaNWhereTheOperandsAreFinite() {
    double[] nan = {Double.NaN, 1};
    assertThat(measure(DType.FLOAT32, new double[] {1, 1}, nan).isAccepted()).isFalse();
  }

  @Test
  void refusesAnythingButZeroWhereAllIsZero() {
    assertThat(measure(DType.FLOAT32, new double[2], 0, 1e-30).isAccepted()).isFalse();
    assertThat(measure(DType.FLOAT32, new double[2], 0, 0)).isEqualTo(Deviation.NONE);
  }

  /** Each row by itself: what is right for a loud one is wrong for a quiet one. */
  @Test
  void judgesEachRowByItself() {
    double[] expected = {1e6, -1e6, 1, -1};
    double[] actual = {1e6, -1e6, 1, -1 + 1e-4};
    ExactResult rows = ExactResult.of(expected, 2);
    Deviation deviation = Tolerance.of(DType.FLOAT32).measure(rows, actual);
    assertThat(deviation.isAccepted()).isFalse();
    assertThat(deviation.row()).isEqualTo(1);
    assertThat(measure(DType.FLOAT32, expected, actual).isAccepted()).isTrue();
  }

  /** One rounding is free, a second spacing is not. */
  @Test
  void knowsWhatRoundingTo16BitsCosts() {
    double[] expected = {1.002, -300.9, 1e-7, 5};
    double[] bfloat = {1, -300, Math.scalb(430.0 / 256, -24) /* 1.0011e-7 */, 5};
    assertThat(measure(DType.BFLOAT16, expected, bfloat).isAccepted()).isTrue();
    bfloat[0] += 0x1p-7;
    assertThat(measure(DType.BFLOAT16, expected, bfloat).isAccepted()).isFalse();
    double[] half = {1.001953125, -301, 1.1920928955078125e-7, 5};
    assertThat(measure(DType.FLOAT16, expected, half).isAccepted()).isTrue();
    half[1] += 0.5;
    assertThat(measure(DType.FLOAT16, expected, half).isAccepted()).isFalse();
  }

  /** Each within one rounding, and together further than roundings are. */
  @Test
  void refusesRoundingThatAlwaysGoesFar() {
    double[] expected = new double[200];
    Arrays.setAll(expected, i -> 1 + i / 128.0 % 1);
    double[] biased = new double[200];
    Arrays.setAll(biased, i -> expected[i] - 0x1p-8);
    assertThat(measure(DType.BFLOAT16, expected, biased).isAccepted()).isFalse();
    // A constant may be stored half a spacing off, everywhere.
    double[] constant = new double[200];
    Arrays.fill(constant, 1 + 0x1p-8);
    double[] stored = new double[200];
    Arrays.fill(stored, 1);
    assertThat(measure(DType.BFLOAT16, constant, stored).isAccepted()).isTrue();
  }

  @Test
  void refusesAnotherNumberOfValues() {
    assertThatThrownBy(() -> measure(DType.FLOAT32, EXPECTED, 1, 2, 3))
        .isInstanceOf(ShapeMismatchException.class);
  }

  private static ExactConvolution convolution(double[] u, double[] k, double scale) {
    double[] scaled = Arrays.stream(u).map(value -> scale * value).toArray();
    try (Tensor input = Tensor.of(scaled, 1, 1, u.length);
        Tensor kernel = Tensor.of(k, 1, 1, k.length)) {
      return ExactConvolution.builder(ConvolutionMode.CAUSAL, kernel, input)
          .outputGradient(input)
          .build();
    }
  }

  private static double[] noise(int length) {
    double[] row = new double[length];
    SplittableRandom random = new SplittableRandom(3);
    Arrays.setAll(row, i -> random.nextGaussian());
    return row;
  }

  /** An impulse at the end lets one sample through; the transform carries the whole kernel. */
  @Test
  void isRelativeToWhatTheTransformCarries() {
    double[] impulse = new double[1000];
    impulse[999] = 1;
    double[] kernel = noise(1000);
    ExactResult y = convolution(impulse, kernel, 1).output();
    double carried = y.bound(0).carried();
    assertThat(carried).isCloseTo(Norms.of(kernel), within(1e-9));
    double[] actual = y.values(0);
    actual[500] = 1e-6; // zero but for the transform's error
    Tolerance tolerance = Tolerance.of(DType.FLOAT32);
    assertThat(tolerance.measure(y, actual).isAccepted()).isTrue();
    actual[500] = 1e-5;
    assertThat(tolerance.measure(y, actual).isAccepted()).isFalse();
    assertThat(tolerance.times(10).measure(y, actual).isAccepted()).isTrue();
  }

  /** A tone in a stop band. */
  @Test
  void theErrorOfWhatCancelsIsRightToItsOperands() {
    double[] tone = new double[4000];
    Arrays.setAll(tone, i -> Math.sin(2.9 * i));
    double[] smooth = new double[4000];
    Arrays.setAll(smooth, i -> Math.exp(-i * (double) i / 5000));
    ExactResult y = convolution(tone, smooth, 1).output();
    assertThat(y.bound(0).carried()).isGreaterThan(5 * Norms.of(y.values(0)));
  }

  /** What leaves float32's range is told from what is wrong by the exact values. */
  @Test
  void tellsRangeFromFaults() {
    double[] u = noise(1000);
    double[] k = noise(1000);
    Tolerance tolerance = Tolerance.of(DType.FLOAT32);
    double[] nan = new double[1000];
    Arrays.fill(nan, Double.NaN);
    Deviation normal = tolerance.measure(convolution(u, k, 1).output(), nan);
    assertThat(normal.isAccepted()).isFalse();
    Deviation overflow = tolerance.measure(convolution(u, k, 1e36).output(), nan);
    assertThat(overflow.isAccepted()).isTrue();
    assertThat(overflow.leavesRange()).isTrue();
    // dk sums products of 1e-46, which float32 does not have.
    Deviation underflow =
        tolerance.measure(convolution(u, k, 1e-23).kernelGradient(), new double[1000]);
    assertThat(underflow.isAccepted()).isTrue();
    assertThat(underflow.leavesRange()).isTrue();
    // y is in range there, and zeros are wrong.
    Deviation zeros = tolerance.measure(convolution(u, k, 1e-23).output(), new double[1000]);
    assertThat(zeros.isAccepted()).isFalse();
    assertThat(zeros.leavesRange()).isFalse();
    // Finite values are wrong however large the others may become.
    double[] wrong = convolution(u, k, 1e36).output().values(0);
    wrong[7] *= 1.01;
    assertThat(tolerance.measure(convolution(u, k, 1e36).output(), wrong).isAccepted()).isFalse();
  }

  /** Silence is exactly that. */
  @Test
  void nothingIsCarriedForSilence() {
    ExactResult y = convolution(new double[1000], noise(1000), 1).output();
    assertThat(y.values(0)).containsOnly(0);
    assertThat(y.bound(0).carried()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void everyClassOfSignalsIsReproducible(SignalClass signals) {
    for (ConvolutionMode mode : ConvolutionMode.values()) {
      for (int length : new int[] {1, 2, 3, 300}) {
        TestSignals one = signals.draw(new SplittableRandom(5), mode, 2, 2, 1, length);
        TestSignals same = signals.draw(new SplittableRandom(5), mode, 2, 2, 1, length);
        assertThat(one.input()).hasSize(2 * length).isEqualTo(same.input());
        assertThat(one.outputGradient()).hasSize(4 * length).isEqualTo(same.outputGradient());
        assertThat(Arrays.stream(one.input())).allMatch(Double::isFinite);
        assertThat(Arrays.stream(one.input())).anyMatch(v -> v != 0 || length < 300);
        assertThat(Arrays.stream(one.kernel())).allMatch(Double::isFinite);
      }
    }
    assertThat(SignalClass.parse(signals.id())).isEqualTo(signals);
  }
}
