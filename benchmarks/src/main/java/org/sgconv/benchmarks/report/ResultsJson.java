package org.sgconv.benchmarks.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.EnumNamingStrategies;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.annotation.EnumNaming;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.sgconv.InvalidFileException;
import org.sgconv.benchmarks.model.Measurement;
import org.sgconv.benchmarks.model.Results;
import org.sgconv.tensor.DType;
import org.sgconv.text.FileFailure;

/**
 * Results as JSON: the records of the model, field by field. A measurement that has times also gets
 * {@code derived}, which is what the table says and is not read.
 */
public final class ResultsJson {

  private static final String MEASUREMENTS = "measurements";
  private static final String DERIVED = "derived";

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .addMixIn(DType.class, LowerCase.class)
          .build();

  private ResultsJson() {}

  /** {@code float32} rather than {@code FLOAT32}. */
  @EnumNaming(EnumNamingStrategies.LowerCamelCaseStrategy.class)
  private interface LowerCase {}

  /** Writes {@code results}, indented. */
  public static void write(Results results, OutputStream out) throws IOException {
    ObjectNode root = MAPPER.valueToTree(results);
    JsonNode nodes = root.get(MEASUREMENTS);
    for (int i = 0; i < nodes.size(); i++) {
      Measurement measurement = results.measurements().get(i);
      if (measurement.isComplete()) {
        derive(((ObjectNode) nodes.get(i)).putObject(DERIVED), results, measurement);
      }
    }
    out.write(MAPPER.writeValueAsBytes(root));
    out.write('\n');
  }

  private static void derive(ObjectNode node, Results results, Measurement measurement) {
    node.put("medianMs", measurement.medianMs());
    if (measurement.what().operation().isSignal()) {
      node.put("millionSamplesPerSecond", measurement.millionSamplesPerSecond());
    } else {
      node.put("limitMs", results.limitMs(measurement.what()));
      node.put("partOfLimit", results.partOfLimit(measurement));
      node.put("gigabytesPerSecond", results.gigabytesPerSecond(measurement));
    }
    results.timesBestPeer(measurement).ifPresent(times -> node.put("timesBestPeer", times));
    if (!measurement.heap().isEmpty()) {
      node.put("allocatesTooMuch", measurement.allocatesTooMuch());
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws InvalidFileException if it is something else or cannot be read
   */
  public static Results read(Path file) {
    try {
      JsonNode root = MAPPER.readTree(Files.readAllBytes(file));
      for (JsonNode node : root.path(MEASUREMENTS)) {
        if (node instanceof ObjectNode measurement) {
          measurement.remove(DERIVED);
        }
      }
      Results results = MAPPER.treeToValue(root, Results.class);
      if (results == null || results.machine() == null || results.limits() == null) {
        throw new InvalidFileException(file, "it has no machine, limits or measurements");
      }
      return results;
    } catch (JsonProcessingException e) {
      throw new InvalidFileException(
          file, "it is not what 'sgconv bench' writes: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new InvalidFileException(file, "cannot be read: " + FileFailure.reason(e), e);
    }
  }
}
