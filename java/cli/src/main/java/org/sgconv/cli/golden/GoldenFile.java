package org.sgconv.cli.golden;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.sgconv.InvalidFileException;
import org.sgconv.io.Safetensors;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** A safetensors file of one case, with its description under the metadata key {@code sgconv}. */
final class GoldenFile implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Safetensors tensors;
  private final JsonNode description;

  private GoldenFile(Safetensors tensors, JsonNode description) {
    this.tensors = tensors;
    this.description = description;
  }

  /**
   * Opens a file.
   *
   * @throws InvalidFileException if it is not sound or has no description
   */
  static GoldenFile open(Path path) {
    Safetensors tensors = Safetensors.open(path);
    try {
      String text = tensors.metadata().get("sgconv");
      if (text == null) {
        throw new InvalidFileException(
            path, "has no description of its case under the metadata key \"sgconv\"");
      }
      return new GoldenFile(tensors, JSON.readTree(text));
    } catch (JsonProcessingException e) {
      tensors.close();
      throw new InvalidFileException(
          path, "metadata \"sgconv\" is not JSON: " + e.getOriginalMessage(), e);
    } catch (RuntimeException failure) {
      tensors.close();
      throw failure;
    }
  }

  Safetensors tensors() {
    return tensors;
  }

  JsonNode description() {
    return description;
  }

  JsonNode configuration() {
    return description.path("config");
  }

  /** What kind of case it is; files of single layers do not say. */
  String kind() {
    String stated = description.path("kind").asText("");
    if (!stated.isEmpty()) {
      return stated;
    }
    return configuration().path("linear").asBoolean(false) ? "convolution" : "layer";
  }

  boolean has(String tensor) {
    return tensors.entries().containsKey(tensor);
  }

  /** Elements in float64. */
  double[] values(String tensor) {
    try (Tensor stored = tensors.read(tensor, DType.FLOAT64)) {
      return stored.toDoubleArray();
    }
  }

  /** Names that begin so, with the rest of each. */
  List<String> namesAfter(String prefix) {
    List<String> found = new ArrayList<>();
    for (String name : tensors.names()) {
      if (name.startsWith(prefix)) {
        found.add(name.substring(prefix.length()));
      }
    }
    return found;
  }

  @Override
  public void close() {
    tensors.close();
  }
}
