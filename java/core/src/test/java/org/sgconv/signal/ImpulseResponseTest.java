package org.sgconv.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.Backends;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.TypeMismatchException;
import org.sgconv.tensor.DType;

class ImpulseResponseTest {

  /** Of values of about 1 from up to a hundred products. */
  private static final double ROUNDING = 1e-5;

  private final SplittableRandom random = new SplittableRandom(31);

  private float[] noise(int length) {
    float[] noise = new float[length];
    for (int i = 0; i < length; i++) {
      noise[i] = (float) random.nextDouble(-1, 1);
    }
    return noise;
  }

  private float[][] noise(int channels, int length) {
    float[][] noise = new float[channels][];
    Arrays.setAll(noise, c -> noise(length));
    return noise;
  }

  /** By the definition, in float64; all n + K − 1 samples. */
  private static double[] convolved(float[] signal, float[] kernel) {
    double[] out = new double[signal.length + kernel.length - 1];
    for (int i = 0; i < signal.length; i++) {
      for (int j = 0; j < kernel.length; j++) {
        out[i + j] += (double) signal[i] * kernel[j];
      }
    }
    return out;
  }

  private static double[] sum(double[] a, double[] b) {
    double[] sum = new double[a.length];
    Arrays.setAll(sum, i -> a[i] + b[i]);
    return sum;
  }

  private static void assertNear(float[] actual, double[] exact, int count) {
    assertThat(actual).hasSize(count);
    for (int i = 0; i < count; i++) {
      assertThat((double) actual[i])
          .as("at %d", i)
          .isBetween(exact[i] - ROUNDING, exact[i] + ROUNDING);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 6})
  void monoIsHeardInEveryChannelByItself(int channels) {
    float[][] signal = noise(channels, 200);
    float[] response = noise(37);
    float[][] out = ImpulseResponse.of(48_000, response).apply(signal, 48_000);
    assertThat(out).hasDimensions(channels, 200);
    for (int c = 0; c < channels; c++) {
      assertNear(out[c], convolved(signal[c], response), 200);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void stereoGoesChannelByChannel(int channels) {
    float[][] signal = noise(channels, 200);
    float[][] response = noise(2, 50);
    float[][] out = ImpulseResponse.of(48_000, response).apply(signal, 48_000);
    assertThat(out).hasDimensions(2, 200);
    assertNear(out[0], convolved(signal[0], response[0]), 200);
    assertNear(out[1], convolved(signal[channels - 1], response[1]), 200);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void trueStereoHasFourPaths(int channels) {
    float[][] signal = noise(channels, 200);
    float[][] response = noise(4, 50);
    float[] left = signal[0];
    float[] right = signal[channels - 1];
    float[][] out = ImpulseResponse.of(48_000, response).apply(signal, 48_000);
    assertThat(out).hasDimensions(2, 200);
    assertNear(out[0], sum(convolved(left, response[0]), convolved(right, response[2])), 200);
    assertNear(out[1], sum(convolved(left, response[1]), convolved(right, response[3])), 200);
  }

  @Test
  void mixAndTail() {
    float[][] signal = noise(1, 120);
    float[][] response = noise(2, 33);
    try (ResponsePlan plan = ImpulseResponse.of(8000, response).on(Backends.best(), 8000)) {
      assertThat(plan.outputLength(120, true)).isEqualTo(152);
      float[][] out = plan.apply(signal, 0.25, true);
      for (int c = 0; c < 2; c++) {
        double[] exact = convolved(signal[0], response[c]);
        for (int i = 0; i < exact.length; i++) {
          exact[i] = 0.25 * exact[i] + (i < 120 ? 0.75 * signal[0][i] : 0);
        }
        assertNear(out[c], exact, 152);
      }
      // What is dry comes out as it went in.
      assertThat(plan.apply(signal, 0, false)[1]).isEqualTo(signal[0]);
      // Another length by the same plan.
      float[][] shorter = noise(1, 5);
      assertNear(plan.apply(shorter, 1, true)[1], convolved(shorter[0], response[1]), 37);
    }
  }

  /** Every sample is asked for once, in order, and stretches make no seams. */
  @Test
  void longSoundsGoThroughInStretches() throws IOException {
    int length = 5_000_000;
    float[] sparse = noise(40);
    float[] response = noise(10_000);
    List<Long> asked = new ArrayList<>();
    SampleSource source =
        new SampleSource() {
          @Override
          public long length() {
            return length;
          }

          @Override
          public DType type() {
            return DType.FLOAT32;
          }

          @Override
          public void read(long from, List<MemorySegment> rows) {
            assertThat(from).isEqualTo(asked.isEmpty() ? 0 : asked.getLast());
            MemorySegment into = rows.getFirst().fill((byte) 0);
            long count = into.byteSize() / Float.BYTES;
            asked.add(from + count);
            for (int i = 0; i < sparse.length; i++) {
              long at = i * 125_000L + 7;
              if (at >= from && at < from + count) {
                into.setAtIndex(ValueLayout.JAVA_FLOAT, at - from, sparse[i]);
              }
            }
          }
        };
    float[] out = new float[length + response.length - 1];
    List<Long> told = new ArrayList<>();
    try (ResponsePlan plan = ImpulseResponse.of(48_000, response).on(Backends.best(), 48_000)) {
      assertThat(plan.outputLength(length, true)).isEqualTo(out.length);
      plan.apply(
          source,
          SampleSink.of(MemorySegment.ofArray(out), DType.FLOAT32),
          1,
          true,
          (done, total) -> {
            assertThat(total).isEqualTo(out.length);
            told.add(done);
          });
    }
    assertThat(asked.getLast()).isEqualTo(length);
    assertThat(asked).hasSizeGreaterThan(2);
    assertThat(told).isSorted().hasSizeGreaterThan(2).endsWith((long) out.length);
    for (int i = 0; i < sparse.length; i++) {
      int start = i * 125_000 + 7;
      for (int j = -3; j < response.length + 3; j++) {
        double exact = j < 0 || j >= response.length ? 0 : (double) sparse[i] * response[j];
        assertThat((double) out[start + j]).isBetween(exact - ROUNDING, exact + ROUNDING);
      }
    }
  }

  @Test
  void whatASourceThrowsEndsIt() {
    SampleSource broken =
        new SampleSource() {
          @Override
          public int rows() {
            return 2;
          }

          @Override
          public long length() {
            return 1L << 40;
          }

          @Override
          public DType type() {
            return DType.FLOAT32;
          }

          @Override
          public void read(long from, List<MemorySegment> rows) throws IOException {
            if (from > 0) {
              throw new IOException("the disk is gone");
            }
            rows.get(1).setAtIndex(ValueLayout.JAVA_FLOAT, 5, 1);
          }
        };
    List<Long> written = new ArrayList<>();
    try (ResponsePlan plan = ImpulseResponse.of(100, noise(2, 5)).on(Backends.best(), 100)) {
      assertThatThrownBy(
              () ->
                  plan.apply(broken, (at, rows) -> written.add(at), 1, true, ProgressListener.NONE))
          .isInstanceOf(IOException.class)
          .hasMessage("the disk is gone");
    }
    assertThat(written).containsExactly(0L);
  }

  @Test
  void soundsAreOfFloats() {
    SampleSource doubles = SampleSource.of(MemorySegment.ofArray(new double[4]), DType.FLOAT64);
    SampleSink none = (at, rows) -> {};
    try (ResponsePlan plan = ImpulseResponse.of(100, noise(5)).on(Backends.best(), 100)) {
      assertThatThrownBy(() -> plan.apply(doubles, none, 1, true, ProgressListener.NONE))
          .isInstanceOf(TypeMismatchException.class)
          .hasMessageContaining("FLOAT64");
    }
  }

  /** The numbers of the specification's own formula, by hand. */
  @ParameterizedTest
  @CsvSource({
    "1, 44100, 0.5, 0.0025",
    "2, 44100, 0.5, 0.0025",
    "4, 44100, 0.5, 0.00125",
    "1, 48000, 0.5, 0.002296875",
    "1, 22050, 0.01, 0.25",
    "1, 44100, 0.0000001, 10",
    "1, 44100, 0, 10",
  })
  void normalizesAsWebAudioDoes(int channels, int rate, float value, double scale) {
    float[][] response = new float[channels][100];
    for (float[] channel : response) {
      for (int i = 0; i < channel.length; i++) {
        channel[i] = i % 2 == 0 ? value : -value;
      }
    }
    ImpulseResponse given = ImpulseResponse.of(rate, response);
    assertThat(given.normalizationScale()).isBetween(scale * (1 - 1e-6), scale * (1 + 1e-6));
    float[] normalized = given.normalized().channel(channels - 1);
    assertThat(normalized[1]).isEqualTo((float) (given.normalizationScale() * -value));
  }

  /** The rms is of all channels together, not the mean of theirs. */
  @Test
  void normalizesAllChannelsByOneFactor() {
    float[] loud = {3, 3};
    float[] silent = {0, 0};
    double rms = Math.sqrt(9 / 2.0);
    ImpulseResponse given = ImpulseResponse.of(44_100, loud, silent);
    assertThat(given.normalizationScale()).isBetween(0.00125 / rms - 1e-12, 0.00125 / rms + 1e-12);
  }

  /**
   * A direct sound at lag 0 is a wire at any rate: what is before lag 0 is kept, and what is heard
   * of a sound is the sound.
   */
  @ParameterizedTest
  @CsvSource({"44100, 48000", "48000, 44100", "96000, 48000", "22050, 48000", "48000, 22050"})
  void aDirectSoundStaysOneAtAnotherRate(int from, int to) {
    ImpulseResponse wire = ImpulseResponse.of(from, new float[] {1}).resampled(to);
    assertThat(wire.sampleRate()).isEqualTo(to);
    assertThat(wire.lead()).isPositive();
    double frequency = 0.9 * Math.min(from, to) / 2;
    float[] tone = new float[6000];
    for (int i = 0; i < tone.length; i++) {
      tone[i] = (float) Math.sin(2 * Math.PI * frequency * i / to);
    }
    float[] out = wire.apply(new float[][] {tone}, to)[0];
    assertThat(out).hasSize(6000);
    for (int i = 1000; i < 5000; i++) {
      assertThat(out[i]).as("at %d", i).isBetween(tone[i] - 3e-6f, tone[i] + 3e-6f);
    }
  }

  /** Gains of a response at some frequencies, by its Fourier sum. */
  private static double gain(ImpulseResponse response, double hertz) {
    double re = 0;
    double im = 0;
    float[] samples = response.channel(0);
    for (int i = 0; i < samples.length; i++) {
      double angle = 2 * Math.PI * hertz * i / response.sampleRate();
      re += samples[i] * Math.cos(angle);
      im += samples[i] * Math.sin(angle);
    }
    return Math.hypot(re, im);
  }

  @Test
  void aResponseDoesTheSameAtAnotherRate() {
    float[] decaying = noise(3000);
    for (int i = 0; i < decaying.length; i++) {
      decaying[i] *= (float) Math.exp(-i / 400.0);
    }
    ImpulseResponse given = ImpulseResponse.of(44_100, decaying);
    ImpulseResponse other = given.resampled(48_000);
    for (double hertz = 20; hertz < 20_900; hertz *= 1.17) {
      double expected = gain(given, hertz);
      assertThat(gain(other, hertz)).isBetween(expected - 2e-5, expected + 2e-5);
    }
    // As browsers do it: the sound at the new rate, then its rms.
    double scale =
        gain(other.normalized(), 1000) / gain(given.normalized().resampled(48_000), 1000);
    assertThat(scale).isBetween(0.95, 1.15);
  }

  /** There and back, lag 0 is where it was. */
  @Test
  void keepsLagZeroThroughTwoRates() {
    ImpulseResponse back =
        ImpulseResponse.of(48_000, new float[] {1}).resampled(96_000).resampled(48_000);
    float[] samples = back.channel(0);
    assertThat(samples[back.lead()]).isGreaterThan(0.9f);
    for (int i = 1; i < back.lead(); i++) {
      assertThat(samples[back.lead() - i] - samples[back.lead() + i]).isBetween(-1e-7f, 1e-7f);
    }
    assertThat(back.resampled(48_000)).isSameAs(back);
  }

  @Test
  void refusesWhatDoesNotFit() {
    ImpulseResponse stereo = ImpulseResponse.of(48_000, noise(2, 10));
    ImpulseResponse four = ImpulseResponse.of(48_000, noise(4, 10));
    assertThatThrownBy(() -> stereo.apply(noise(3, 50), 48_000))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContainingAll("2 channels", "signal of 3", "1 or 2");
    assertThatThrownBy(() -> four.apply(noise(4, 50), 48_000))
        .hasMessageContainingAll("4 channels", "signal of 4");
    assertThatThrownBy(() -> stereo.apply(noise(2, 50), 44_100))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContainingAll("48000 Hz", "44100 Hz", "resampled(44100)");
    assertThatThrownBy(() -> ImpulseResponse.of(48_000, noise(3, 10)))
        .hasMessageContainingAll("3 channels", "4 (true stereo");
    assertThatThrownBy(() -> ImpulseResponse.of(48_000)).hasMessageContaining("0 channels");
    assertThatThrownBy(() -> ImpulseResponse.of(0, noise(1))).hasMessageContaining("0 Hz");
  }

  @Test
  void refusesWhatIsNoSound() {
    assertThatThrownBy(() -> ImpulseResponse.of(48_000, new float[0]))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContainingAll("response is empty", "0 samples");
    assertThatThrownBy(() -> ImpulseResponse.of(48_000, new float[3], new float[4]))
        .isInstanceOf(ShapeMismatchException.class)
        .hasMessageContainingAll("3 and 4");
    assertThatThrownBy(() -> ImpulseResponse.of(100, new float[3], new float[] {0, 0, Float.NaN}))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContainingAll("sample 2 of channel 1 of the response", "0.020 s", "NaN");
    ImpulseResponse one = ImpulseResponse.of(100, new float[] {1});
    assertThatThrownBy(() -> one.apply(new float[0][], 100)).hasMessageContaining("no channel");
    assertThatThrownBy(() -> one.apply(new float[2][0], 100)).hasMessageContaining("is empty");
    assertThatThrownBy(() -> one.apply(new float[][] {{1, Float.POSITIVE_INFINITY}}, 100))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContainingAll("sample 1 of channel 0 of the signal", "Infinity");
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1.01, Double.NaN, Double.POSITIVE_INFINITY})
  void refusesAMixThatIsNone(double mix) {
    try (ResponsePlan plan = ImpulseResponse.of(100, new float[] {1}).on(Backends.best(), 100)) {
      assertThatThrownBy(() -> plan.apply(noise(1, 5), mix, false))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContainingAll("mix is " + mix, "0 to 1");
    }
  }
}
