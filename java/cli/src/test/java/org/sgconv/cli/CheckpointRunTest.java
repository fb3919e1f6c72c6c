package org.sgconv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sgconv.io.Safetensors;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Layers that the published code wrote, with its own results beside them. */
class CheckpointRunTest {

  @TempDir Path folder;

  private static Path golden(String name) {
    String root = System.getProperty("sgconv.root");
    return Path.of(root, "java/core/src/test/resources/golden", name + ".safetensors");
  }

  @ParameterizedTest
  @CsvSource({
    "causal_cat_linear, causal, concatenate, linear",
    "causal_sum_linear, causal, sum, linear",
    "causal_cat_nearest, causal, concatenate, nearest",
    "bidirectional_cat, bidirectional, concatenate, linear",
    "bidirectional_channels, bidirectional, concatenate, linear",
    "longer_than_kernel, bidirectional, concatenate, linear"
  })
  void givesWhatThePublishedCodeGave(
      String name, String mode, String composition, String interpolation) throws IOException {
    Path file = golden(name);
    Path output = folder.resolve("out.safetensors");
    Cli cli =
        Cli.run(
            "run",
            file,
            "--checkpoint",
            file,
            "--prefix",
            "state.",
            "--mode",
            mode,
            "--composition",
            composition,
            "--interpolation",
            interpolation,
            "-o",
            output);
    assertThat(cli.status()).as(cli.err()).isZero();
    try (Safetensors expected = Safetensors.open(file);
        Safetensors actual = Safetensors.open(output);
        Tensor y = expected.read("y", DType.FLOAT64);
        Tensor out = actual.read("y", DType.FLOAT64)) {
      assertThat(out.shape()).isEqualTo(y.shape());
      double error = 0;
      double square = 0;
      for (long i = 0; i < y.elementCount(); i++) {
        error += Math.pow(out.getFlat(i) - y.getFlat(i), 2);
        square += Math.pow(y.getFlat(i), 2);
      }
      assertThat(Math.sqrt(error / square)).isLessThanOrEqualTo(1e-6);
    }
  }

  @Test
  void namesWhatContradictsTheFile() throws IOException {
    Path file = golden("bidirectional_cat");
    Cli mode = Cli.run("run", file, "--checkpoint", file, "--prefix", "state.");
    assertThat(mode.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(mode.err().lines()).hasSize(1);
    assertThat(mode.err()).contains("kernel_list.0", "CAUSAL");
    Cli prefix = Cli.run("run", file, "--checkpoint", file);
    assertThat(prefix.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(prefix.err()).contains("kernel_list.0", "state.");
    Path sound = SampleFiles.wav(folder.resolve("in.wav"), 1, 100);
    Cli width =
        Cli.run(
            "run", sound, "--checkpoint", file, "--prefix", "state.", "--mode", "bidirectional");
    assertThat(width.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(width.err()).contains("has H = 1: give --hidden");
    Cli both = Cli.run("run", file, "--checkpoint", file, "--preset", "hall");
    assertThat(both.err()).contains("--preset hall", "not with --checkpoint");
    Cli alone = Cli.run("run", sound, "--composition", "sum");
    assertThat(alone.err()).contains("--composition SUM", "only with --checkpoint");
    Cli replaced = Cli.run("run", sound, "--checkpoint", file, "--prefix", "state.", "-o", file);
    assertThat(replaced.err()).contains("is an input");
  }
}
