package org.sgconv.benchmarks.cpu;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.sgconv.oracle.Deviation;

/**
 * What a forked process tells the run beyond its times: the verified deviation, or why it failed.
 *
 * @param callerBytes Java heap that the calling thread allocated for an operation once everything
 *     was compiled; NaN until measured
 */
record Finding(
    double relativeError, double fractionOfBound, double callerBytes, @Nullable String failure) {

  private static final String RELATIVE = "relative";
  private static final String FRACTION = "fractionOfBound";
  private static final String CALLER_BYTES = "callerBytes";
  private static final String FAILURE = "failure";

  static Finding verified(Deviation deviation) {
    return new Finding(deviation.relative(), deviation.fraction(), Double.NaN, null);
  }

  static Finding failed(Throwable cause) {
    StringBuilder text = new StringBuilder();
    for (Throwable t = cause; t != null; t = t.getCause()) {
      String message = t instanceof WrongResultException ? t.getMessage() : t.toString();
      text.append(text.isEmpty() ? "" : "; because of ").append(message);
    }
    return new Finding(Double.NaN, Double.NaN, Double.NaN, text.toString());
  }

  Finding withCallerBytes(double bytes) {
    return new Finding(relativeError, fractionOfBound, bytes, failure);
  }

  void write(Path file) throws IOException {
    Properties properties = new Properties();
    properties.setProperty(RELATIVE, Double.toString(relativeError));
    properties.setProperty(FRACTION, Double.toString(fractionOfBound));
    properties.setProperty(CALLER_BYTES, Double.toString(callerBytes));
    if (failure != null) {
      properties.setProperty(FAILURE, failure);
    }
    try (Writer writer = Files.newBufferedWriter(file)) {
      properties.store(writer, null);
    }
  }

  /** The finding in {@code file}, if the process got as far as writing one. */
  static Optional<Finding> read(Path file) throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    }
    return Optional.of(
        new Finding(
            Double.parseDouble(properties.getProperty(RELATIVE)),
            Double.parseDouble(properties.getProperty(FRACTION)),
            Double.parseDouble(properties.getProperty(CALLER_BYTES)),
            properties.getProperty(FAILURE)));
  }
}
