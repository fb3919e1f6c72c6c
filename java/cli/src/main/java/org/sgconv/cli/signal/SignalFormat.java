package org.sgconv.cli.signal;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.sgconv.InvalidFileException;

/** Kinds of signal files, told apart by their extension. */
public enum SignalFormat {
  /** RIFF/WAVE. */
  WAV,
  /** Little-endian float32 without a header. */
  RAW,
  /** Tensors with names. */
  SAFETENSORS;

  /** Extensions that are known, for messages. */
  public static final String EXTENSIONS = ".wav, .f32, .raw or .safetensors";

  /**
   * The kind that a file's name says, whether or not it exists.
   *
   * @throws InvalidFileException if the extension is unknown
   */
  public static SignalFormat of(Path file) {
    return ofName(file)
        .orElseThrow(
            () ->
                new InvalidFileException(
                    file, "unknown kind of file: expected a name that ends in " + EXTENSIONS));
  }

  /** As {@link #of}, or nothing if the extension is unknown. */
  public static Optional<SignalFormat> ofName(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    if (name.endsWith(".wav") || name.endsWith(".wave")) {
      return Optional.of(WAV);
    }
    if (name.endsWith(".f32") || name.endsWith(".raw")) {
      return Optional.of(RAW);
    }
    return name.endsWith(".safetensors") ? Optional.of(SAFETENSORS) : Optional.empty();
  }
}
