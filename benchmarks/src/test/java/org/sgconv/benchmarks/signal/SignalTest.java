package org.sgconv.benchmarks.signal;

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
import org.sgconv.benchmarks.audio.Sound;
import org.sgconv.io.Safetensors;
import org.sgconv.tensor.Tensor;

class SignalTest {

  @TempDir Path folder;

  @Test
  void channelsBecomeBatchRows() {
    Sound sound = new Sound(8000, new float[][] {{1, 2, 3}, {4, 5, 6}});
    try (Signal signal = SignalReader.ofSound("x", sound)) {
      assertThat(signal.values().shape().toArray()).containsExactly(2, 1, 3);
      assertThat(signal.values().toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6);
      assertThat(signal.sampleRate()).hasValue(8000);
    }
  }

  @Test
  void repeatedRowsStandSideBySide() {
    Sound sound = new Sound(8000, new float[][] {{1, 2}, {3, 4}});
    try (Signal signal = SignalReader.ofSound("x", sound);
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
    try (Signal signal = SignalReader.read(file, "u", OptionalInt.of(100), note -> {})) {
      assertThat(signal.values().toFloatArray()).containsExactly(1.5f, -2f);
      assertThat(signal.sampleRate()).hasValue(100);
    }
  }

  @Test
  void tensorsOfLowerRankGetAxesInFront() throws IOException {
    Path file = folder.resolve("x.safetensors");
    try (Tensor one = Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 6);
        Tensor two = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2)) {
      Safetensors.writer().add("one", one).add("two", two).write(file);
    }
    try (Signal one = SignalReader.read(file, "one", OptionalInt.empty(), note -> {});
        Signal two = SignalReader.read(file, "two", OptionalInt.empty(), note -> {})) {
      assertThat(one.values().shape().toArray()).containsExactly(1, 1, 6);
      assertThat(two.values().shape().toArray()).containsExactly(1, 3, 2);
      assertThat(one.values().toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6);
    }
  }

  @Test
  void theShippedRecordingIsSpeech() throws IOException {
    try (Signal speech = Recording.speech()) {
      assertThat(speech.length()).isEqualTo(159_734);
      assertThat(speech.sampleRate()).hasValue(22_050);
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
