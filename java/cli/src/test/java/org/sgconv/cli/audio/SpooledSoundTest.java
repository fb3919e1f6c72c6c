package org.sgconv.cli.audio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SpooledSoundTest {

  private final SplittableRandom random = new SplittableRandom(8);

  private float[][] noise(int channels, int frames) {
    float[][] samples = new float[channels][frames];
    for (float[] channel : samples) {
      for (int i = 0; i < frames; i++) {
        channel[i] = (float) random.nextDouble(-2, 2);
      }
    }
    return samples;
  }

  private void append(SpooledSound sound, float[][] samples) throws IOException {
    for (int at = 0; at < samples[0].length; ) {
      int from = at;
      int count = Math.min(samples[0].length - at, random.nextInt(1, 200_000));
      float[][] part =
          Arrays.stream(samples)
              .map(channel -> Arrays.copyOfRange(channel, from, from + count + 3))
              .toArray(float[][]::new);
      sound.append(count, part);
      at += count;
    }
  }

  @Test
  void keepsWhatCameInPiecesAndGivesAnyPartOfIt() throws IOException {
    float[][] samples = noise(3, 500_000);
    try (SpooledSound sound = SpooledSound.create(44_100, 3)) {
      append(sound, samples);
      assertThat(sound.frameCount()).isEqualTo(500_000);
      assertThat(sound.channelCount()).isEqualTo(3);
      assertThat(sound.sampleRate()).isEqualTo(44_100);
      assertThat(sound.peak()).isEqualTo(new Sound(1, samples).peak());
      for (int trial = 0; trial < 20; trial++) {
        int from = random.nextInt(500_000);
        int count = random.nextInt(1, 500_001 - from);
        float[][] part = new float[3][count];
        sound.read(from, count, part);
        for (int c = 0; c < 3; c++) {
          assertThat(part[c]).isEqualTo(Arrays.copyOfRange(samples[c], from, from + count));
        }
      }
      double squares = 0;
      for (float sample : samples[1]) {
        squares += (double) sample * sample;
      }
      assertThat(sound.norm(1)).isBetween(Math.sqrt(squares) - 1e-6, Math.sqrt(squares) + 1e-6);
    }
  }

  /** The same bytes as those of a sound in memory. */
  @ParameterizedTest
  @EnumSource(WavWriter.Format.class)
  void isWrittenAsASoundInMemoryIs(WavWriter.Format format) throws IOException {
    float[][] samples = noise(2, 123_457);
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    WavWriter.write(new Sound(8000, samples), format, expected);
    ByteArrayOutputStream actual = new ByteArrayOutputStream();
    try (SpooledSound sound = SpooledSound.create(8000, 2)) {
      append(sound, samples);
      WavWriter.write(sound, format, actual);
    }
    assertThat(actual.toByteArray()).isEqualTo(expected.toByteArray());
  }

  @Test
  void wavFilesHaveTheirLimits() {
    assertThat(WavWriter.misfit(2, 1_000_000, WavWriter.Format.FLOAT32)).isEmpty();
    // 4 GiB less 2 bytes after the first 8; 36 of them stand before samples of 16 bits.
    long most = (0xFFFFFFFEL - 36) / 2;
    assertThat(WavWriter.misfit(1, most, WavWriter.Format.PCM16)).isEmpty();
    assertThat(WavWriter.misfit(1, most + 1, WavWriter.Format.PCM16))
        .hasValueSatisfying(text -> assertThat(text).contains("2147483630 samples", "4 GiB"));
    assertThat(WavWriter.misfit(20_000, 1, WavWriter.Format.FLOAT32)).isPresent();
    assertThat(WavWriter.misfit(16_383, 1, WavWriter.Format.FLOAT32)).isEmpty();
  }
}
