package org.sgconv.cli.signal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.sgconv.InvalidFileException;
import org.sgconv.SgConvException;
import org.sgconv.cli.audio.Sound;
import org.sgconv.cli.audio.WavReader;
import org.sgconv.io.Safetensors;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;
import org.sgconv.text.FileFailure;
import org.sgconv.text.PrintableText;

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
   * Opens a file; the caller closes it.
   *
   * @param tensor name of the tensor in a safetensors file
   * @param rawRate samples per second of a raw file or a safetensors file, if known
   * @param notes told, a line each, what is read although it is not as it should be
   * @throws InvalidFileException if the file is missing, of an unknown kind, broken or empty, or
   *     cannot be read
   * @throws org.sgconv.ShapeMismatchException if a tensor has no shape of a signal
   */
  public static SignalSource open(
      Path file, String tensor, OptionalInt rawRate, Consumer<String> notes) {
    requireNoFolder(file);
    SignalFormat format = SignalFormat.of(file);
    String name = PrintableText.escape(String.valueOf(file.getFileName()));
    try {
      requireReadable(file, format);
      return switch (format) {
        case WAV -> openSound(file, name, rawRate, notes);
        case RAW -> openRaw(file, name, rawRate);
        case SAFETENSORS -> openTensor(file, name, tensor, rawRate);
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
    requireNoFolder(file);
    if (!Files.isRegularFile(file)) {
      throw new InvalidFileException(
          file, "not a regular file: save what the pipe or device gives as a file first");
    }
    FileSignature.requireNoOther(file, format);
  }

  /** Before its name is looked at, which says no kind of file. */
  private static void requireNoFolder(Path file) {
    if (Files.isDirectory(file)) {
      throw new InvalidFileException(file, "is a folder, expected a file");
    }
  }

  private static SignalSource openSound(
      Path file, String name, OptionalInt rawRate, Consumer<String> notes) throws IOException {
    if (rawRate.isPresent()) {
      throw new InvalidFileException(
          file, "a WAV file states its own sample rate: leave --raw-rate out");
    }
    WavReader sound = WavReader.open(file, notes);
    OptionalInt rate = OptionalInt.of(sound.sampleRate());
    SignalForm form = SignalForm.of(name, rate, sound.channelCount(), 1, sound.frameCount());
    return new SignalSource(file, form, () -> tensorOf(sound.read()), sound::read, sound);
  }

  private static SignalSource openRaw(Path file, String name, OptionalInt rate) throws IOException {
    RawFloats values = RawFloats.open(file);
    return new SignalSource(
        file,
        SignalForm.of(name, rate, values.count()),
        values::read,
        (from, count, into) -> values.read(from, count, into[0]),
        values);
  }

  private static SignalSource openTensor(Path file, String name, String tensor, OptionalInt rate) {
    Safetensors opened = Safetensors.open(file);
    try {
      long[] dims = opened.entry(tensor).dims().stream().mapToLong(Long::longValue).toArray();
      SignalForm form = SignalForm.of(name, rate, dims);
      SafetensorsRows rows =
          new SafetensorsRows(() -> opened.read(tensor, DType.FLOAT32), form.length());
      return new SignalSource(
          file,
          form,
          () -> opened.read(tensor, DType.FLOAT32),
          rows::read,
          () -> {
            rows.close();
            opened.close();
          });
    } catch (SgConvException unfit) {
      opened.close();
      throw unfit;
    }
  }

  /** Each channel is a batch row, H = 1. */
  static Tensor tensorOf(Sound sound) {
    Tensor values = Tensor.zeros(DType.FLOAT32, sound.channelCount(), sound.frameCount());
    for (int c = 0; c < sound.channelCount(); c++) {
      values.slice(c).copyFrom(sound.channel(c));
    }
    return values;
  }
}
