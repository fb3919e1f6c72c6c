package org.sgconv.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sgconv.InvalidArgumentException;

class ResamplerTest {

  /** 140 dB below full scale: what the filter's stop band and its ripple are designed for. */
  private static final double DESIGNED = 1e-7;

  /** The filter's parts of the band add up: the error of a sweep, in rms, was 3.1e-8 at most. */
  private static final double SWEEP = 1e-7;

  private static double[] sampled(int rate, double seconds, DoubleUnaryOperator ofTime) {
    double[] samples = new double[(int) (rate * seconds)];
    Arrays.setAll(samples, i -> ofTime.applyAsDouble(i / (double) rate));
    return samples;
  }

  private static double rms(double[] values, int from, int to) {
    double squares = 0;
    for (int i = from; i < to; i++) {
      squares += values[i] * values[i];
    }
    return Math.sqrt(squares / (to - from));
  }

  /** A sweep through the whole pass band, next to what it is at the other rate. */
  @ParameterizedTest
  @CsvSource({
    "44100, 48000",
    "48000, 44100",
    "96000, 48000",
    "48000, 192000",
    "22050, 48000",
    "8000, 44100",
    "44100, 8000",
    "44100, 47999",
    "3, 2",
    "1000, 1001"
  })
  void aSweepIsWhatItIsAtTheOtherRate(int from, int to) {
    double top = SincFilter.PASS_BAND * Math.min(from, to) / 2;
    double seconds = 60_000.0 / Math.max(from, to);
    // From 0 up to the end of the pass band, with a margin for what a sweep has beyond its
    // frequency.
    DoubleUnaryOperator sweep = t -> Math.sin(Math.PI * 0.97 * top * t * t / seconds);
    double[] actual = Resampler.of(from, to).apply(sampled(from, seconds, sweep));
    double[] exact = sampled(to, seconds, sweep);
    double[] error = new double[Math.min(actual.length, exact.length)];
    Arrays.setAll(error, i -> actual[i] - exact[i]);
    int edge = (int) Math.ceil(400.0 * to / Math.min(from, to));
    assertThat(rms(error, edge, error.length - edge) / Math.sqrt(0.5)).isLessThan(SWEEP);
  }

  /** Tones beyond half of the lower rate, near it and far from it, do not fold back. */
  @ParameterizedTest
  @CsvSource({"1.0005", "1.003", "1.02", "1.3", "1.9", "2.7"})
  void whatTheLowerRateHasNotIsGone(double part) {
    double frequency = part * 8000;
    double[] tone = sampled(48_000, 0.5, t -> Math.sin(2 * Math.PI * frequency * t));
    double[] actual = Resampler.of(48_000, 16_000).apply(tone);
    assertThat(rms(actual, 400, actual.length - 400) / Math.sqrt(0.5)).isLessThan(DESIGNED);
  }

  /** Upwards, the images of a tone beyond the old half rate. */
  @Test
  void noImagesArise() {
    double[] tone = sampled(16_000, 1, t -> Math.sin(2 * Math.PI * 7000 * t));
    double[] actual = Resampler.of(16_000, 48_000).apply(tone);
    double image = 0;
    for (int k : new int[] {9000, 23_000}) {
      double re = 0;
      double im = 0;
      for (int i = 12_000; i < 36_000; i++) {
        re += actual[i] * Math.cos(2 * Math.PI * k * i / 48_000);
        im += actual[i] * Math.sin(2 * Math.PI * k * i / 48_000);
      }
      image = Math.max(image, Math.hypot(re, im) / 12_000);
    }
    assertThat(image).isLessThan(DESIGNED);
  }

  @Test
  void aConstantStaysWhatItIs() {
    double[] ones = new double[5000];
    Arrays.fill(ones, 1);
    double[] actual = Resampler.of(44_100, 48_000).apply(ones);
    for (int i = 400; i < actual.length - 400; i++) {
      assertThat(actual[i]).isBetween(1 - DESIGNED, 1 + DESIGNED);
    }
  }

  /**
   * Twenty seconds on, a sample stands at the same time, and the filter is the same on both sides.
   */
  @Test
  void timeDoesNotDrift() {
    double[] impulse = new double[20 * 44_100 + 500];
    impulse[20 * 44_100] = 1;
    double[] actual = Resampler.of(44_100, 48_000).apply(impulse);
    int middle = 20 * 48_000;
    // Its height is the band that is kept, 0.975 of the lower half rate, at its own rate.
    assertThat(actual[middle]).isBetween(0.975 - 1e-9, 0.975 + 1e-9);
    for (int i = 1; i < 150; i++) {
      assertThat(actual[middle + i] - actual[middle - i]).isBetween(-1e-13, 1e-13);
    }
    assertThat(actual[middle - 250]).isZero();
  }

  @Test
  void theSameRateChangesNothing() {
    SplittableRandom random = new SplittableRandom(3);
    double[] noise = random.doubles(1000).toArray();
    assertThat(Resampler.of(48_000, 48_000).apply(noise)).isEqualTo(noise).isNotSameAs(noise);
    assertThat(Resampler.of(7, 7).reach()).isZero();
  }

  @Test
  void floatsAreRoundedOnce() {
    SplittableRandom random = new SplittableRandom(4);
    float[] noise = new float[700];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (float) random.nextDouble(-1, 1);
    }
    Resampler resampler = Resampler.of(22_050, 44_100);
    double[] wide = resampler.apply(Samples.widened(noise));
    float[] narrow = resampler.apply(noise);
    assertThat(narrow).hasSize(1400).hasSize(wide.length);
    for (int i = 0; i < wide.length; i++) {
      assertThat(narrow[i]).isEqualTo((float) wide[i]);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "44100, 48000, 1, 2", "44100, 48000, 147, 160", "44100, 48000, 148, 162", "48000, 8000, 1, 1",
    "48000, 8000, 6, 1", "48000, 8000, 7, 2", "48000, 48000, 5, 5", "1, 1024, 3, 3072"
  })
  void lengthsAreThoseOfTheSameTime(int from, int to, int length, int expected) {
    Resampler resampler = Resampler.of(from, to);
    assertThat(resampler.length(length)).isEqualTo(expected);
    assertThat(resampler.apply(new double[length])).hasSize(expected);
  }

  @Test
  void refusesWhatCannotBe() {
    assertThatThrownBy(() -> Resampler.of(0, 48_000))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("0 and 48000 Hz");
    assertThatThrownBy(() -> Resampler.of(48_000, -1)).isInstanceOf(InvalidArgumentException.class);
    assertThatThrownBy(() -> Resampler.of(1, 48_000))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContainingAll("from 1 to 48000 Hz", "1024");
    assertThatThrownBy(() -> Resampler.of(1, 2).apply(new float[0]))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("0 samples");
    assertThatThrownBy(() -> Resampler.of(8000, 192_000).length(100_000_000))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("2400000000");
  }
}
