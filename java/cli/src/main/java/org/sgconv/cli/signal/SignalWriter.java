package org.sgconv.cli.signal;

import java.nio.file.Path;
import java.util.Map;
import org.sgconv.InvalidArgumentException;
import org.sgconv.InvalidFileException;
import org.sgconv.cli.audio.Frames;
import org.sgconv.cli.audio.Sound;
import org.sgconv.cli.audio.WavWriter;
import org.sgconv.cli.report.OutputFile;
import org.sgconv.io.Safetensors;
import org.sgconv.io.SafetensorsWriter;
import org.sgconv.tensor.Tensor;

/** Writes results: a sound as {@code .wav}, tensors as {@code .safetensors}. Never half a file. */
public final class SignalWriter {

  private SignalWriter() {}

  /**
   * The kind of file that a name asks for.
   *
   * @throws InvalidFileException if it is none that can be written
   */
  public static SignalFormat formatOf(Path file) {
    SignalFormat format = SignalFormat.of(file);
    if (format == SignalFormat.RAW) {
      throw new InvalidFileException(
          file, "raw files are read, not written: name a .wav or .safetensors file");
    }
    return format;
  }

  /** Writes a sound; the gain that was applied is {@link WavWriter#gain}. */
  public static void writeWav(Path file, Frames sound, WavWriter.Format format) {
    OutputFile.write(file, out -> WavWriter.write(sound, format, out));
  }

  /** Writes tensors by name, with strings that say where they come from. */
  public static void writeTensors(
      Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
    SafetensorsWriter writer = Safetensors.writer();
    tensors.forEach(writer::add);
    metadata.forEach(writer::metadata);
    OutputFile.write(file, writer::write);
  }

  /**
   * Rows (N,L) as the channels of a sound.
   *
   * @throws InvalidArgumentException if there are more samples than an array holds
   */
  public static Sound soundOf(Tensor rows, int sampleRate) {
    if (rows.dim(0) > 0xFFFF || rows.dim(1) > Integer.MAX_VALUE - 8) {
      throw new InvalidArgumentException(
          rows.shape()
              + " does not fit a WAV file of at most 65535 channels and 2^31 samples: name a"
              + " .safetensors file");
    }
    float[][] channels = new float[(int) rows.dim(0)][];
    for (int c = 0; c < channels.length; c++) {
      channels[c] = rows.slice(c).toFloatArray();
    }
    return new Sound(sampleRate, channels);
  }
}
