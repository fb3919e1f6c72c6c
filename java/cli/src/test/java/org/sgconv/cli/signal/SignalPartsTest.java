package org.sgconv.cli.signal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sgconv.cli.audio.Sound;
import org.sgconv.cli.audio.WavWriter;
import org.sgconv.io.Safetensors;
import org.sgconv.tensor.Tensor;

/** Any part of the rows, without the rest, is what the whole has there. */
class SignalPartsTest {

  private static final int LENGTH = 600_000;

  @TempDir Path folder;

  private final SplittableRandom random = new SplittableRandom(9);

  private float[][] noise(int rows) {
    float[][] noise = new float[rows][LENGTH];
    for (float[] row : noise) {
      for (int i = 0; i < LENGTH; i++) {
        row[i] = (float) random.nextDouble(-1, 1);
      }
    }
    return noise;
  }

  private Path write(SignalFormat format, float[][] rows) throws IOException {
    Path file =
        folder.resolve(
            "x."
                + (format == SignalFormat.WAV
                    ? "wav"
                    : format == SignalFormat.RAW ? "f32" : "safetensors"));
    switch (format) {
      case WAV -> {
        try (OutputStream out = Files.newOutputStream(file)) {
          WavWriter.write(new Sound(8000, rows), WavWriter.Format.FLOAT32, out);
        }
      }
      case RAW -> {
        ByteBuffer bytes = ByteBuffer.allocate(4 * LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(rows[0]);
        Files.write(file, bytes.array());
      }
      case SAFETENSORS -> {
        float[] all = new float[rows.length * LENGTH];
        for (int r = 0; r < rows.length; r++) {
          System.arraycopy(rows[r], 0, all, r * LENGTH, LENGTH);
        }
        try (Tensor tensor = Tensor.of(all, 1, rows.length, LENGTH)) {
          Safetensors.writer().add("u", tensor).write(file);
        }
      }
    }
    return file;
  }

  @ParameterizedTest
  @EnumSource(SignalFormat.class)
  void areWhatTheWholeHasThere(SignalFormat format) throws IOException {
    float[][] rows = noise(format == SignalFormat.RAW ? 1 : 3);
    long open = Tensor.openCount();
    try (SignalSource source =
        SignalReader.open(write(format, rows), "u", OptionalInt.empty(), note -> {})) {
      assertThat(source.rowCount()).isEqualTo(rows.length);
      for (int trial = 0; trial < 12; trial++) {
        int from = random.nextInt(LENGTH);
        int count = trial == 0 ? 1 : random.nextInt(1, LENGTH + 1 - from);
        float[][] part = new float[rows.length][count + 2];
        source.read(from, count, part);
        for (int r = 0; r < rows.length; r++) {
          assertThat(Arrays.copyOf(part[r], count))
              .isEqualTo(Arrays.copyOfRange(rows[r], from, from + count));
          assertThat(part[r][count]).as("beyond what was asked for").isZero();
        }
      }
    }
    assertThat(Tensor.openCount()).isEqualTo(open);
  }

  /** The values of a tensor are read once, and none before they are wanted. */
  @Test
  void aTensorIsNotReadBeforeItIsWanted() throws IOException {
    long open = Tensor.openCount();
    try (SignalSource source =
        SignalReader.open(
            write(SignalFormat.SAFETENSORS, noise(2)), "u", OptionalInt.empty(), note -> {})) {
      assertThat(Tensor.openCount()).isEqualTo(open);
      source.read(5, 1, new float[2][1]);
      assertThat(Tensor.openCount()).isEqualTo(open + 1);
      source.read(6, 1, new float[2][1]);
      assertThat(Tensor.openCount()).isEqualTo(open + 1);
    }
    assertThat(Tensor.openCount()).isEqualTo(open);
  }
}
