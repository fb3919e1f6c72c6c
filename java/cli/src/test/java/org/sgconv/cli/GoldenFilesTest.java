package org.sgconv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sgconv.io.ElementType;
import org.sgconv.io.Safetensors;
import org.sgconv.io.SafetensorsWriter;
import org.sgconv.io.TensorEntry;
import org.sgconv.tensor.Tensor;
import org.sgconv.tensor.TensorScope;

/** What the published code computed, and files that are off, through the command. */
class GoldenFilesTest {

  private static final String MODELS = "/golden/models";
  private static final String LAYERS = "/golden/layers";

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({MODELS + ", 9", LAYERS + ", 3"})
  void theReferenceComputesWhatThePublishedCodeDoes(String cases, int count) {
    long before = Tensor.openCount();
    passes(cases, count, "reference");
    assertThat(Tensor.openCount()).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({MODELS + ", 9", LAYERS + ", 3"})
  @DisabledIfSystemProperty(named = "sgconv.native.skip", matches = "true")
  void soDoesTheCpuInBothTypes(String cases, int count) {
    passes(cases, count, "cpu", "--type", "float32");
    passes(cases, count, "cpu", "--type", "float64");
  }

  private void passes(String cases, int count, String backend, Object... more) {
    Object[] arguments = {"verify", "--strict", "--golden", resource(cases), "--backend", backend};
    Object[] all = Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    Cli cli = Cli.run(all);
    assertThat(cli.status()).as(cli.out() + cli.err()).isZero();
    assertThat(cli.out()).contains("passed: " + count + " files");
  }

  /** Every tensor that is compared, one after another, off by a little more than the bound. */
  @Test
  void anyTensorThatIsOffIsFound() throws IOException {
    Path original = resource(MODELS).resolve("model_causal_plain.safetensors");
    int compared = 0;
    try (Safetensors file = Safetensors.open(original)) {
      for (String name : file.names()) {
        if (!name.startsWith("state.") && !name.equals("x") && !name.equals("labels")) {
          Path changed = folder.resolve("case.safetensors");
          write(file, changed, name, 1 + 1e-9);
          Cli cli = Cli.run("verify", "--golden", folder, "--backend", "reference");
          assertThat(cli.status()).as(name + "\n" + cli.out()).isEqualTo(ExitStatus.CHECK_FAILED);
          assertThat(cli.out()).contains("case: " + name + " is off by 1.0e-09");
          compared++;
        }
      }
    }
    assertThat(compared).isEqualTo(36);
  }

  @Test
  void anotherParameterIsAnotherModel() throws IOException {
    Path original = resource(MODELS).resolve("model_image.safetensors");
    try (Safetensors file = Safetensors.open(original)) {
      write(
          file,
          folder.resolve("case.safetensors"),
          "state.model.layers.1.layer.kernel_list.2",
          1.01);
    }
    Cli cli = Cli.run("verify", "--golden", folder, "--backend", "reference");
    assertThat(cli.status()).isEqualTo(ExitStatus.CHECK_FAILED);
    assertThat(cli.out()).contains("eval.logits is off", "grad.encoder.0.weight is off");
  }

  @Test
  void kindsThatAreNotSupportedAreCounted() throws IOException {
    try (TensorScope scope = TensorScope.onHost()) {
      Safetensors.writer()
          .add("q", scope.of(new double[] {1}, 1))
          .metadata("sgconv", "{\"case\": \"x\", \"kind\": \"attention\"}")
          .write(folder.resolve("attention.safetensors"));
    }
    Files.copy(
        resource(LAYERS).resolve("layer_gelu_linear.safetensors"),
        folder.resolve("layer.safetensors"));
    Cli cli = Cli.run("verify", "--golden", folder, "--backend", "reference");
    assertThat(cli.status()).as(cli.err()).isZero();
    assertThat(cli.out())
        .contains("1 file of a kind that is not supported yet: attention", "passed: 1 file ");
    Cli strict = Cli.run("verify", "--golden", folder, "--backend", "reference", "--strict");
    assertThat(strict.status()).isEqualTo(ExitStatus.CHECK_FAILED);
    assertThat(strict.err()).contains("1 file not supported, with --strict");
  }

  @Test
  void whatIsWrongWithAFileIsSaid() throws IOException {
    Path original = resource(LAYERS).resolve("layer_gelu_linear.safetensors");
    Path there = folder.resolve("case.safetensors");
    fails("{\"kind\": \"model\", \"config\": {}}", original, there, "model.residual is");
    fails("nonsense", original, there, "metadata \"sgconv\" is not JSON");
    fails(
        "{\"config\": {\"d_model\": 6, \"l_max\": 64, \"kernel_dim\": 8, \"mode\": \"cat_randn_trunc\"}}",
        original,
        there,
        "kernels of 'trunc' are not supported");
    fails(
        "{\"config\": {\"d_model\": 7, \"l_max\": 64, \"kernel_dim\": 8}}",
        original,
        there,
        "state.D");
    fails(
        "{\"config\": {\"d_model\": 6, \"l_max\": 64, \"kernel_dim\": 8, \"postact\": \"relu\"}}",
        original,
        there,
        "postact is \"\\\"relu\\\"\", expected glu");
    Files.write(there, new byte[] {1, 2, 3});
    Cli cli = Cli.run("verify", "--golden", folder, "--backend", "reference");
    assertThat(cli.status()).isEqualTo(ExitStatus.CHECK_FAILED);
    assertThat(cli.out()).contains("has 3 bytes");
  }

  private void fails(String description, Path original, Path there, String expected)
      throws IOException {
    try (Safetensors file = Safetensors.open(original)) {
      writeAs(file, there, "", 1, description);
    }
    Cli cli = Cli.run("verify", "--golden", folder, "--backend", "reference");
    assertThat(cli.status()).as(cli.out()).isEqualTo(ExitStatus.CHECK_FAILED);
    assertThat(cli.out()).contains(expected);
  }

  @Test
  void optionsThatDoNotGoTogetherAreRefused() {
    Path cases = resource(LAYERS);
    assertThat(Cli.run("verify", "--golden", cases, "--quick").err()).contains("--golden compares");
    assertThat(Cli.run("verify", "--strict").err()).contains("--strict and --type go with");
    assertThat(Cli.run("verify", "--type", "float64").err()).contains("--strict and --type");
    assertThat(Cli.run("verify", "--golden", folder).err()).contains("has no file that ends in");
    assertThat(Cli.run("verify", "--golden", folder.resolve("no")).err())
        .contains("is not a folder");
    assertThat(Cli.run("verify", "--golden", cases, "--type", "int8").err()).contains("int8");
  }

  private static void write(Safetensors file, Path path, String name, double factor)
      throws IOException {
    writeAs(file, path, name, factor, Objects.requireNonNull(file.metadata().get("sgconv")));
  }

  /** A copy of a file with one tensor scaled, and a description. */
  private static void writeAs(
      Safetensors file, Path path, String name, double factor, String description) {
    SafetensorsWriter writer = Safetensors.writer().metadata("sgconv", description);
    try (TensorScope scope = TensorScope.onHost()) {
      for (TensorEntry entry : file.entries().values()) {
        ElementType type = entry.type().orElseThrow();
        if (type != ElementType.F64) {
          long[] dims = entry.dims().stream().mapToLong(Long::longValue).toArray();
          writer.add(entry.name(), type, file.readIntegers(entry.name()), dims);
          continue;
        }
        Tensor values = scope.adopt(file.read(entry.name()));
        if (entry.name().equals(name)) {
          values.scale(factor, values);
        }
        writer.add(entry.name(), values);
      }
      writer.write(path);
    }
  }

  static Path resource(String name) {
    try {
      return Path.of(Objects.requireNonNull(GoldenFilesTest.class.getResource(name), name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
