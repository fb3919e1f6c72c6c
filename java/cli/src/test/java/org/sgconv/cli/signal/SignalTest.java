package org.sgconv.cli.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sgconv.InvalidFileException;
import org.sgconv.cli.audio.Sound;
import org.sgconv.cli.audio.WavWriter;
import org.sgconv.io.Safetensors;
import org.sgconv.tensor.Tensor;

class SignalTest {

  @TempDir Path folder;

  private static Signal read(Path file, String tensor, OptionalInt rate) throws IOException {
    try (SignalSource source = SignalReader.open(file, tensor, rate, note -> {})) {
      return source.read();
    }
  }

  private Path written(Sound sound) {
    Path file = folder.resolve("x.wav");
    SignalWriter.writeWav(file, sound, WavWriter.Format.FLOAT32);
    return file;
  }

  @Test
  void channelsBecomeBatchRows() throws IOException {
    Sound sound = new Sound(8000, new float[][] {{1, 2, 3}, {4, 5, 6}});
    try (Signal signal = read(written(sound), "u", OptionalInt.empty())) {
      assertThat(signal.values().shape().toArray()).containsExactly(2, 1, 3);
      assertThat(signal.values().toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6);
      assertThat(signal.form().sampleRate()).hasValue(8000);
    }
  }

  @Test
  void repeatedRowsStandSideBySide() throws IOException {
    Sound sound = new Sound(8000, new float[][] {{1, 2}, {3, 4}});
    try (Signal signal = read(written(sound), "u", OptionalInt.empty());
        Signal wide = signal.repeated(2)) {
      assertThat(wide.values().shape().toArray()).containsExactly(2, 2, 2);
      assertThat(wide.values().toFloatArray()).containsExactly(1, 2, 1, 2, 3, 4, 3, 4);
    }
  }

  @Test
  void rawFilesAreLittleEndian() throws IOException {
    byte[] bytes = new byte[8];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(1.5f).putFloat(-2);
    Path file = Files.write(folder.resolve("x.F32"), bytes);
    try (Signal signal = read(file, "u", OptionalInt.of(100))) {
      assertThat(signal.values().toFloatArray()).containsExactly(1.5f, -2f);
      assertThat(signal.form().sampleRate()).hasValue(100);
    }
  }

  @Test
  void tensorsOfLowerRankGetAxesInFront() throws IOException {
    Path file = folder.resolve("x.safetensors");
    try (Tensor one = Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 6);
        Tensor two = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2)) {
      Safetensors.writer().add("one", one).add("two", two).write(file);
    }
    try (Signal one = read(file, "one", OptionalInt.empty());
        Signal two = read(file, "two", OptionalInt.empty())) {
      assertThat(one.values().shape().toArray()).containsExactly(1, 1, 6);
      assertThat(two.values().shape().toArray()).containsExactly(1, 3, 2);
      assertThat(one.values().toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6);
    }
  }

  @Test
  void theShippedRecordingIsSpeech() throws IOException {
    try (SpeechRecording recording = SpeechRecording.unpack();
        Signal speech = read(recording.file(), "u", OptionalInt.empty())) {
      assertThat(speech.form().name()).isEqualTo("speech.wav");
      assertThat(speech.form().length()).isEqualTo(159_734);
      assertThat(speech.form().sampleRate()).hasValue(22_050);
      assertThat(SignalWriter.soundOf(speech.values().reshape(1, 159_734), 22_050).peak())
          .isBetween(0.7f, 0.72f);
    }
  }

  @Test
  void outputsAreOfKindsThatCanBeWritten() {
    assertThat(SignalWriter.formatOf(Path.of("a.WAV"))).isEqualTo(SignalFormat.WAV);
    assertThatThrownBy(() -> SignalWriter.formatOf(Path.of("a.raw")))
        .isInstanceOf(InvalidFileException.class);
    assertThatThrownBy(() -> SignalFormat.of(Path.of("a.flac")))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining(SignalFormat.EXTENSIONS);
  }
}
