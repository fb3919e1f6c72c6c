package org.sgconv.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidFileException;
import org.sgconv.cli.audio.WavWriter;
import org.sgconv.cli.signal.SignalFormat;
import org.sgconv.cli.signal.SignalWriter;
import org.sgconv.io.AtomicFile;

/** What a result is written as. */
enum OutputFormat {
  /** A WAV file of IEEE 754 single precision. */
  FLOAT32(WavWriter.Format.FLOAT32),
  /** A WAV file of 16-bit integers. */
  PCM16(WavWriter.Format.PCM16),
  /** All results as tensors. */
  SAFETENSORS(null);

  private final WavWriter.@Nullable Format samples;

  OutputFormat(WavWriter.@Nullable Format samples) {
    this.samples = samples;
  }

  /** The samples of a WAV file, if it is one. */
  Optional<WavWriter.Format> samples() {
    return Optional.ofNullable(samples);
  }

  /**
   * What is written to a file: the name says it, or the option where the name has no extension, as
   * those of pipes and devices.
   *
   * @param option as given, or null
   * @throws InvalidFileException if neither says it, or they contradict each other
   */
  static OutputFormat of(Path file, @Nullable OutputFormat option) {
    String name = String.valueOf(file.getFileName());
    boolean bare = name.lastIndexOf('.') <= 0 || AtomicFile.isWrittenInto(file);
    if (bare && option != null && SignalFormat.ofName(file).isEmpty()) {
      return option;
    }
    if (bare && SignalFormat.ofName(file).isEmpty()) {
      throw new InvalidFileException(
          file,
          "its name does not say what to write: add --format float32, pcm16 (both WAV) or"
              + " safetensors, or name a file that ends in .wav or .safetensors");
    }
    boolean wav = SignalWriter.formatOf(file) == SignalFormat.WAV;
    if (option == null) {
      return wav ? FLOAT32 : SAFETENSORS;
    }
    if (wav == (option == SAFETENSORS)) {
      throw new InvalidFileException(
          file,
          "--format "
              + option.name().toLowerCase(Locale.ROOT)
              + " is not for a file of that name, which holds "
              + (wav ? "a sound" : "tensors")
              + ": leave one of them out");
    }
    return option;
  }
}
