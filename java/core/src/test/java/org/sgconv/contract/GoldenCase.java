package org.sgconv.contract;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.sgconv.DecayLaw;
import org.sgconv.io.PublishedConfiguration;
import org.sgconv.io.Safetensors;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.oracle.Tolerance;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * What the published code computed in float64 for one configuration: inputs, outputs, gradients.
 */
final class GoldenCase implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** The published code takes the logarithms of the power law in float32. */
  private static final Tolerance PUBLISHED_POWER_LAW = Tolerance.of(DType.FLOAT32).times(0.5);

  /** And float64 sums and transforms of its own, which are not exact either. */
  private static final Tolerance PUBLISHED_FLOAT64 = Tolerance.of(DType.FLOAT64).times(512);

  private final String name;
  private final Safetensors file;

  GoldenCase(String name) {
    this.name = name;
    this.file = Safetensors.open(path(name));
  }

  /** Names of all cases. */
  static List<String> names() {
    try (InputStream index = GoldenCase.class.getResourceAsStream("/golden/index.json")) {
      List<String> names = new ArrayList<>();
      JSON.readTree(index).forEach(node -> names.add(node.get("case").asText()));
      return names;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path path(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(
                  GoldenCase.class.getResource("/golden/" + name + ".safetensors"), name)
              .toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  String name() {
    return name;
  }

  Safetensors file() {
    return file;
  }

  KernelSpec spec() {
    try {
      JsonNode description = JSON.readTree(file.metadata().get("sgconv"));
      return PublishedConfiguration.spec(description.get("config").toString());
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The bound for a backend that computes in this type. */
  Tolerance tolerance(DType type) {
    if (type != DType.FLOAT64) {
      return Tolerance.of(type);
    }
    return spec().decay() == DecayLaw.POWER ? PUBLISHED_POWER_LAW : PUBLISHED_FLOAT64;
  }

  boolean has(String tensor) {
    return file.entries().containsKey(tensor);
  }

  double[] values(String tensor) {
    try (Tensor stored = file.read(tensor, DType.FLOAT64)) {
      return stored.toDoubleArray();
    }
  }

  /** The caller closes it. */
  Tensor tensor(String tensor, DType type) {
    return file.read(tensor, type);
  }

  @Override
  public void close() {
    file.close();
  }
}
