package org.sgconv.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sgconv.Backend;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.contract.Seed;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Scores against sums with twice the digits, where single sums and transforms are not enough. */
@Timeout(300)
class NormalizedCorrelatorTest {

  /** What is promised: absolute, of scores from −1 to 1. */
  private static final double BOUND = 1e-6;

  /** Of a score near 1, with nothing larger beside it: seven roundings. */
  private static final double LAST_DIGITS = 7 * 0x1p-53;

  private final Random random = Seed.random(getClass());

  private static Backend backend() {
    return HostBackend.taking(DType.FLOAT64);
  }

  private static double[] scores(double[] x, double[] template, Mean mean) {
    try (NormalizedCorrelator correlator = NormalizedCorrelator.of(backend(), template, mean)) {
      return correlator.apply(x);
    }
  }

  private static void assertRight(
      double[] scores, double[] x, double[] template, Mean mean, IntPredicate which) {
    assertThat(scores).hasSize(x.length - template.length + 1);
    int checked = 0;
    for (int t = 0; t < scores.length; t++) {
      if (which.test(t)) {
        double error = Math.abs(scores[t] - ExactScores.score(x, t, template, mean));
        assertThat(error).as("window %d%s", t, Seed.replay()).isLessThanOrEqualTo(BOUND);
        assertThat(scores[t]).isBetween(-1.0, 1.0);
        checked++;
      }
    }
    assertThat(checked).isPositive();
  }

  private static void assertRight(double[] x, double[] template, Mean mean) {
    assertRight(scores(x, template, mean), x, template, mean, t -> true);
  }

  @Test
  void noiseOfManyLengths() {
    for (int i = 0; i < 300; i++) {
      int length = 1 + ExactSums.length(random, 400);
      int n = length - 1 + ExactSums.length(random, 3000);
      double[] x = ExactSums.noise(random, n);
      double[] template = ExactSums.noise(random, length);
      assertRight(x, template, Mean.REMOVED);
      assertRight(x, template, Mean.KEPT);
    }
  }

  @Test
  void nextToASpikeOfAMillion() {
    for (int length : new int[] {2, 7, 100, 2048}) {
      double[] x = ExactSums.noise(random, 20_000);
      x[9_000] = 1e6;
      double[] template = ExactSums.noise(random, length);
      assertRight(x, template, Mean.REMOVED);
      assertRight(x, template, Mean.KEPT);
    }
  }

  /** So small beside the spike that no transform over both sees it. */
  @Test
  void quietNextToASpike() {
    for (double amplitude : new double[] {1e-3, 1e-9, 1e-30}) {
      double[] x = ExactSums.noise(random, 20_000);
      for (int i = 0; i < x.length; i++) {
        x[i] *= amplitude;
      }
      x[9_000] = 1e6;
      double[] template = ExactSums.noise(random, 500);
      assertRight(x, template, Mean.REMOVED);
      assertRight(x, template, Mean.KEPT);
    }
  }

  @Test
  void onAnOffsetOfTenThousandAfterTwoMillionSamples() {
    int n = 2_100_000;
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) (1e4 + random.nextGaussian());
    }
    double[] template = ExactSums.noise(random, 1000);
    for (int i = 0; i < template.length; i++) {
      x[2_000_000 + i] = (float) (1e4 + 3 * template[i]);
    }
    float[] scores = Correlator.normalized(x, ExactSums.floats(template));
    double[] exactly = ExactSums.doubles(x);
    assertRight(
        ExactSums.doubles(scores),
        exactly,
        template,
        Mean.REMOVED,
        t -> t % 10_007 == 0 || Math.abs(t - 2_000_000) < 50);
    assertThat(scores[2_000_000]).isGreaterThan(0.99999f);
    assertThat(Peak.highest(scores, 0, 1, 1000).get(0).lag()).isEqualTo(2_000_000);
  }

  @Test
  void stepsRampsAndSilence() {
    int n = 60_000;
    double[] x = new double[n];
    for (int i = 0; i < n; i++) {
      if (i < 15_000) {
        x[i] = 1e4 + 1e-6 * random.nextGaussian();
      } else if (i < 30_000) {
        x[i] = -1e4 + 1e-3 * random.nextGaussian();
      } else if (i < 40_000) {
        x[i] = 0;
      } else if (i < 50_000) {
        x[i] = 0.1;
      } else {
        x[i] = 1e6 * (i - 50_000) + 1e-2 * random.nextGaussian();
      }
    }
    double[] template = ExactSums.noise(random, 300);
    double[] scores = scores(x, template, Mean.REMOVED);
    assertRight(scores, x, template, Mean.REMOVED, t -> t % 13 == 0 || t % 15_000 < 400);
    for (int t = 30_000; t <= 40_000 - 300; t++) {
      assertThat(scores[t]).as("in silence").isZero();
      assertThat(scores[t + 10_000]).as("where all is 0.1").isZero();
    }
    double[] kept = scores(x, template, Mean.KEPT);
    assertRight(kept, x, template, Mean.KEPT, t -> t % 13 == 0 || t % 15_000 < 400);
    assertThat(Arrays.copyOfRange(kept, 30_000, 40_000 - 300)).containsOnly(0);
  }

  @Test
  void amplitudesAtTheEndsOfTheRange() {
    double[] template = ExactSums.noise(random, 50);
    for (double amplitude : new double[] {1e-300, 1e-160, 1e160, 1e300}) {
      double[] x = ExactSums.noise(random, 3000);
      double[] scaled = Arrays.stream(x).map(value -> value * amplitude).toArray();
      double[] scaledTemplate = Arrays.stream(template).map(value -> value * amplitude).toArray();
      double[] expected = scores(x, template, Mean.REMOVED);
      double[] actual = scores(scaled, scaledTemplate, Mean.REMOVED);
      for (int t = 0; t < expected.length; t++) {
        assertThat(Math.abs(actual[t] - expected[t])).isLessThanOrEqualTo(BOUND);
      }
    }
  }

  @Test
  void theTemplateItselfHasTheScoreOne() {
    double[] x = ExactSums.noise(random, 5000);
    double[] template = Arrays.copyOfRange(x, 1234, 1734);
    for (int i = 0; i < template.length; i++) {
      template[i] = 7 * template[i] + 3;
    }
    double[] scores = scores(x, template, Mean.REMOVED);
    assertThat(scores[1234]).isGreaterThan(1 - 1e-12).isLessThanOrEqualTo(1);
    for (int i = 0; i < template.length; i++) {
      template[i] = -template[i];
    }
    assertThat(scores(x, template, Mean.REMOVED)[1234]).isLessThan(-1 + 1e-12);
  }

  /** Both ways: by a transform over all windows, and one by one beside a spike that hides them. */
  @Test
  void highScoresOfLongTemplatesAreRightToTheirLastDigits() {
    int length = 16_384;
    int copies = 40;
    double[] template = ExactSums.noise(random, length);
    double[] x = ExactSums.noise(random, copies * length);
    for (int i = 0; i < x.length; i++) {
      x[i] = x[i] / 2 + template[i % length];
    }
    assertRightToTheLast(x, template, 0);
    for (int i = 1; i < copies; i += 2) {
      double[] alone = Arrays.copyOfRange(x, i * length - 1, (i + 1) * length);
      alone[0] = 1e15;
      assertRightToTheLast(alone, template, 1);
    }
  }

  private static void assertRightToTheLast(double[] x, double[] template, int first) {
    double[] scores = scores(x, template, Mean.REMOVED);
    for (int t = first; t < scores.length; t += template.length) {
      double exact = ExactScores.score(x, t, template, Mean.REMOVED);
      assertThat(exact).isBetween(0.8, 0.99);
      assertThat(scores[t])
          .as("window %d%s", t, Seed.replay())
          .isCloseTo(exact, within(LAST_DIGITS));
    }
  }

  @Test
  void manyTemplatesAndChannels() {
    int n = 4000;
    int length = 90;
    double[][] x = new double[3][];
    double[][] templates = new double[4][];
    try (Tensor signals = Tensor.uninitialized(DType.FLOAT32, 3, n);
        Tensor all = Tensor.uninitialized(DType.FLOAT32, 4, length)) {
      for (int h = 0; h < 3; h++) {
        x[h] = ExactSums.noise(random, n);
        try (Tensor row = signals.slice(h)) {
          row.copyFrom(ExactSums.floats(x[h]));
        }
      }
      for (int r = 0; r < 4; r++) {
        templates[r] = ExactSums.noise(random, length);
        try (Tensor row = all.slice(r)) {
          row.copyFrom(ExactSums.floats(templates[r]));
        }
      }
      try (NormalizedCorrelator correlator = NormalizedCorrelator.of(backend(), all, Mean.REMOVED);
          Tensor scores = correlator.apply(signals)) {
        assertThat(scores.shape().matches(3, 4, n - length + 1)).isTrue();
        assertThat(scores.type()).isEqualTo(DType.FLOAT32);
        for (int h = 0; h < 3; h++) {
          for (int r = 0; r < 4; r++) {
            try (Tensor channel = scores.slice(h);
                Tensor row = channel.slice(r)) {
              assertRight(row.toDoubleArray(), x[h], templates[r], Mean.REMOVED, t -> t % 17 == 0);
            }
          }
        }
        assertThatThrownBy(() -> correlator.apply(x[0]))
            .isInstanceOf(ShapeMismatchException.class)
            .hasMessageContaining("4 templates");
      }
    }
  }

  @Test
  void refusesTemplatesWithoutANorm() {
    double[] constant = new double[10];
    Arrays.fill(constant, 0.1);
    assertThatThrownBy(() -> scores(new double[20], constant, Mean.REMOVED))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("template 0 of 10 samples is constant (0.1)")
        .hasMessageContaining("keep the means");
    assertThatThrownBy(() -> scores(new double[20], new double[] {5}, Mean.REMOVED))
        .hasMessageContaining("constant (5.0)");
    assertThatThrownBy(() -> scores(new double[20], new double[10], Mean.KEPT))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("all zeros");
    assertThat(scores(new double[] {1, -2}, new double[] {3}, Mean.KEPT)).containsExactly(1, -1);
  }

  @Test
  void refusesShortSignalsAndWhatIsNotFinite() {
    double[] template = {1, 2, 3};
    assertThatThrownBy(() -> scores(new double[2], template, Mean.REMOVED))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("has 2 samples, the template 3");
    assertThatThrownBy(() -> scores(new double[] {1, 2, Double.NaN, 4}, template, Mean.REMOVED))
        .hasMessageContaining("signal holds NaN at index 2");
    assertThatThrownBy(
            () -> scores(template, new double[] {1, Double.NEGATIVE_INFINITY}, Mean.REMOVED))
        .hasMessageContaining("template holds -Infinity at index 1");
    assertThatThrownBy(() -> Correlator.normalized(new float[0], new float[] {1, 2}))
        .hasMessageContaining("signal is empty");
    assertThatThrownBy(() -> Correlator.normalized(new float[9], new float[0]))
        .hasMessageContaining("template is empty");
  }

  @Test
  void peaksAreFarEnoughApart() {
    float[] values = {0, 3, 2, 2.5f, 0, 1, Float.NaN, 5, 4.9f, 4.8f};
    assertThat(Peak.highest(values, -4, 10, 2))
        .containsExactly(new Peak(3, 5), new Peak(-3, 3), new Peak(-1, 2.5f), new Peak(1, 1));
    assertThat(Peak.highest(values, 0, 2, 3)).containsExactly(new Peak(7, 5), new Peak(1, 3));
    assertThat(Peak.highest(new double[] {1, 1, 1}, 0, 9, 2)).isEqualTo(List.of(new Peak(0, 1)));
    assertThat(Peak.highest(new double[] {Double.NaN}, 0, 9, 1)).isEmpty();
    assertThat(Peak.highest(values, 0, 3, Integer.MAX_VALUE)).hasSize(1);
    assertThatThrownBy(() -> Peak.highest(values, 0, 0, 2))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("0 peaks");
  }
}
