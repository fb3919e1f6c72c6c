package org.sgconv.benchmarks.host;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sgconv.benchmarks.model.ResultCheck;

/**
 * What a forked process tells the run beyond its times: how right its results are, or why it
 * failed.
 *
 * @param callerBytes Java heap that the calling thread allocated for an operation once everything
 *     was compiled; NaN until measured
 */
record Finding(List<ResultCheck> checks, double callerBytes, @Nullable String failure) {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  static Finding verified(List<ResultCheck> checks) {
    return new Finding(checks, Double.NaN, null);
  }

  static Finding failed(Throwable cause) {
    StringBuilder text = new StringBuilder();
    for (Throwable t = cause; t != null; t = t.getCause()) {
      String message = t instanceof WrongResultException ? t.getMessage() : t.toString();
      text.append(text.isEmpty() ? "" : "; because of ").append(message);
    }
    return new Finding(List.of(), Double.NaN, text.toString());
  }

  Finding withCallerBytes(double bytes) {
    return new Finding(checks, bytes, failure);
  }

  void write(Path file) throws IOException {
    Files.write(file, MAPPER.writeValueAsBytes(this));
  }

  /** The finding in {@code file}, if the process got as far as writing one. */
  static Optional<Finding> read(Path file) throws IOException {
    return Files.exists(file)
        ? Optional.of(MAPPER.readValue(Files.readAllBytes(file), Finding.class))
        : Optional.empty();
  }
}
