package org.sgconv.cli.signal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.cli.report.TemporaryPath;

/**
 * The recording that ships with the project, as a file until this is closed: seven seconds of
 * synthetic speech, mono, 22050 Hz. Its origin is stated in a README beside it.
 */
public final class SpeechRecording implements AutoCloseable {

  private static final String NAME = "speech.wav";
  private static final String FOLDER = "/org/sgconv/cli/recording/";

  private final TemporaryPath folder;

  private SpeechRecording(TemporaryPath folder) {
    this.folder = folder;
  }

  /** Unpacks it. */
  public static SpeechRecording unpack() throws IOException {
    try (InputStream resource = SpeechRecording.class.getResourceAsStream(FOLDER + NAME)) {
      if (resource == null) {
        throw new IOException(
            "the jar of the command line lacks " + FOLDER + NAME + ": build it again");
      }
      try (Closer made = Closer.onFailure()) {
        SpeechRecording recording = made.add(new SpeechRecording(TemporaryPath.folder()));
        try {
          Files.copy(resource, recording.file());
        } catch (IOException e) {
          throw TemporaryPath.unusable(recording.folder.path(), "written", e);
        }
        made.keep();
        return recording;
      }
    }
  }

  /** Where it is. */
  public Path file() {
    return folder.path().resolve(NAME);
  }

  @Override
  public void close() throws IOException {
    folder.close();
  }
}
