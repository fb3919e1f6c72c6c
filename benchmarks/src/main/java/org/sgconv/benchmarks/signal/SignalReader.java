package org.sgconv.benchmarks.signal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.sgconv.InvalidFileException;
import org.sgconv.benchmarks.audio.Sound;
import org.sgconv.benchmarks.audio.WavReader;
import org.sgconv.io.Safetensors;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Reads a signal (B,H,L) by the file's extension: {@code .wav} (each channel is a batch row, H =
 * 1), {@code .f32} or {@code .raw} (little-endian float32, one row), {@code .safetensors} ((B,H,L),
 * (H,L) or (L)).
 */
public final class SignalReader {

  /** The tensor that is read from a safetensors file unless another is named. */
  public static final String DEFAULT_TENSOR = "u";

  private SignalReader() {}

  /**
   * Reads a file.
   *
   * @param tensor name of the tensor in a safetensors file
   * @param rawRate samples per second of a raw file or a safetensors file, if known
   * @throws InvalidFileException if the file is missing, of an unknown kind, broken or empty
   * @throws org.sgconv.InvalidArgumentException if a value is not finite
   * @throws IOException if the file cannot be read
   */
  public static Signal read(Path file, String tensor, OptionalInt rawRate) throws IOException {
    if (!Files.exists(file)) {
      throw new InvalidFileException(file, "does not exist");
    }
    String name = String.valueOf(file.getFileName());
    return switch (SignalFormat.of(file)) {
      case WAV -> ofSound(name, readWav(file, rawRate));
      case RAW -> new Signal(name, RawFloats.read(file), rawRate);
      case SAFETENSORS -> new Signal(name, readTensor(file, tensor), rawRate);
    };
  }

  /** A sound as a signal: each channel is a batch row, H = 1. */
  public static Signal ofSound(String name, Sound sound) {
    Tensor values = Tensor.zeros(DType.FLOAT32, sound.channelCount(), 1, sound.frameCount());
    for (int c = 0; c < sound.channelCount(); c++) {
      try (Tensor row = values.slice(c)) {
        row.copyFrom(sound.channel(c));
      }
    }
    return new Signal(name, values, OptionalInt.of(sound.sampleRate()));
  }

  private static Sound readWav(Path file, OptionalInt rawRate) throws IOException {
    if (rawRate.isPresent()) {
      throw new InvalidFileException(
          file, "a WAV file states its own sample rate: leave --raw-rate out");
    }
    return WavReader.read(file);
  }

  private static Tensor readTensor(Path file, String name) {
    try (Safetensors opened = Safetensors.open(file)) {
      return opened.read(name, DType.FLOAT32);
    }
  }
}
