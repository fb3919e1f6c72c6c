package org.sgconv.benchmarks.signal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.sgconv.FileFailure;
import org.sgconv.InvalidFileException;
import org.sgconv.PrintableText;
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
   * @param notes told, a line each, what was read although it is not as it should be
   * @throws InvalidFileException if the file is missing, of an unknown kind, broken or empty, or
   *     cannot be read
   * @throws org.sgconv.InvalidArgumentException if a value is not finite
   */
  public static Signal read(Path file, String tensor, OptionalInt rawRate, Consumer<String> notes) {
    SignalFormat format = SignalFormat.of(file);
    String name = PrintableText.escape(String.valueOf(file.getFileName()));
    try {
      requireReadable(file, format);
      return switch (format) {
        case WAV -> ofSound(name, readWav(file, rawRate, notes));
        case RAW -> new Signal(name, RawFloats.read(file), rawRate);
        case SAFETENSORS -> new Signal(name, readTensor(file, tensor), rawRate);
      };
    } catch (IOException e) {
      throw new InvalidFileException(file, "cannot be read: " + FileFailure.reason(e), e);
    }
  }

  /**
   * Returns normally if a file of that kind can be here.
   *
   * @throws InvalidFileException if the file is missing, a folder, a pipe or a device, empty, or
   *     clearly of another kind
   * @throws IOException if the file cannot be read
   */
  public static void requireReadable(Path file, SignalFormat format) throws IOException {
    if (!Files.exists(file)) {
      throw new InvalidFileException(file, "does not exist");
    }
    if (!Files.isRegularFile(file)) {
      throw new InvalidFileException(
          file,
          Files.isDirectory(file)
              ? "is a folder, expected a file"
              : "not a regular file: save what the pipe or device gives as a file first");
    }
    FileSignature.requireNoOther(file, format);
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

  private static Sound readWav(Path file, OptionalInt rawRate, Consumer<String> notes)
      throws IOException {
    if (rawRate.isPresent()) {
      throw new InvalidFileException(
          file, "a WAV file states its own sample rate: leave --raw-rate out");
    }
    return WavReader.read(file, notes);
  }

  private static Tensor readTensor(Path file, String name) {
    try (Safetensors opened = Safetensors.open(file)) {
      return opened.read(name, DType.FLOAT32);
    }
  }
}
