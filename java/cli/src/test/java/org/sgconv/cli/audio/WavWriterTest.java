package org.sgconv.cli.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What was written reads back. */
class WavWriterTest {

  @TempDir Path folder;

  private Sound roundTrip(Sound sound, WavWriter.Format format) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    WavWriter.write(sound, format, bytes);
    return WavReader.read(Files.write(folder.resolve("x.wav"), bytes.toByteArray()), note -> {});
  }

  private static Sound noise(int channels, int frames, float scale) {
    SplittableRandom random = new SplittableRandom(7);
    float[][] samples = new float[channels][frames];
    for (float[] channel : samples) {
      for (int i = 0; i < frames; i++) {
        channel[i] = scale * (2 * random.nextFloat() - 1);
      }
    }
    return new Sound(48000, samples);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 3", "2, 32769", "5, 40001", "16000, 3"})
  void floatsComeBackAsTheyWere(int channels, int frames) throws IOException {
    Sound sound = noise(channels, frames, 3);
    Sound read = roundTrip(sound, WavWriter.Format.FLOAT32);
    assertThat(read.sampleRate()).isEqualTo(48000);
    assertThat(read.channelCount()).isEqualTo(channels);
    for (int c = 0; c < channels; c++) {
      assertThat(read.channel(c)).isEqualTo(sound.channel(c));
    }
  }

  @Test
  void sixteenBitsAreRoundedToTheNearest() throws IOException {
    Sound sound = noise(2, 5000, 0.99f);
    assertThat(WavWriter.gain(sound, WavWriter.Format.PCM16)).isEqualTo(1);
    Sound read = roundTrip(sound, WavWriter.Format.PCM16);
    for (int i = 0; i < 5000; i++) {
      assertThat(Math.abs(read.channel(1)[i] - sound.channel(1)[i]))
          .isLessThanOrEqualTo(1 / 65536f);
    }
    assertThat(roundTrip(read, WavWriter.Format.PCM16).channel(1)).isEqualTo(read.channel(1));
  }

  @Test
  void sixteenBitsAreScaledInsteadOfClipped() throws IOException {
    Sound sound = new Sound(8000, new float[][] {{-4, 1, 4, 0}});
    float gain = WavWriter.gain(sound, WavWriter.Format.PCM16);
    assertThat(gain).isBetween(0.2499f, 0.25f);
    assertThat(roundTrip(sound, WavWriter.Format.PCM16).channel(0))
        .containsExactly(-32767 / 32768f, 8192 / 32768f, 32767 / 32768f, 0f);
  }

  @Test
  void refusesWhatRiffCannotHold() {
    Sound wide = new Sound(8000, new float[20_000][1]);
    assertThatThrownBy(
            () -> WavWriter.write(wide, WavWriter.Format.FLOAT32, OutputStream.nullOutputStream()))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("20000 channels", ".safetensors");
  }
}
