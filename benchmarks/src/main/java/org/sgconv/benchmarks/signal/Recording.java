package org.sgconv.benchmarks.signal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import org.sgconv.benchmarks.audio.WavReader;
import org.sgconv.benchmarks.report.TemporaryPath;

/** The recording that ships with the project; its origin is stated in a README beside it. */
public final class Recording {

  private static final String NAME = "speech.wav";
  private static final String FOLDER = "/org/sgconv/benchmarks/recording/";

  private Recording() {}

  /** Seven seconds of synthetic speech, mono, 22050 Hz. */
  public static Signal speech() throws IOException {
    try (TemporaryPath copy = TemporaryPath.file(".wav");
        InputStream resource = Recording.class.getResourceAsStream(FOLDER + NAME)) {
      if (resource == null) {
        throw new IOException(
            "the jar of the command line lacks " + FOLDER + NAME + ": build it again");
      }
      Files.copy(resource, copy.path(), StandardCopyOption.REPLACE_EXISTING);
      return SignalReader.ofSound(NAME, WavReader.read(copy.path(), notes -> {}));
    }
  }
}
