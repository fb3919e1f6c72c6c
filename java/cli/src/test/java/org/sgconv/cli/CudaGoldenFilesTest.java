package org.sgconv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the published code computed, on a device. */
@Tag("cuda")
class CudaGoldenFilesTest {

  @ParameterizedTest
  @CsvSource({"/golden/models, 9", "/golden/layers, 3"})
  void cudaComputesWhatThePublishedCodeDoes(String cases, int count) {
    Cli cli =
        Cli.run(
            "verify", "--strict", "--golden", GoldenFilesTest.resource(cases), "--backend", "cuda");
    assertThat(cli.status()).as(cli.out() + cli.err()).isZero();
    assertThat(cli.out()).contains("cuda in FLOAT32", "passed: " + count + " files");
  }

  @Test
  void layersAreInFloat32Alone() {
    Cli cli =
        Cli.run(
            "verify",
            "--golden",
            GoldenFilesTest.resource("/golden/layers"),
            "--backend",
            "cuda",
            "--type",
            "float64");
    assertThat(cli.status()).isEqualTo(ExitStatus.CHECK_FAILED);
    assertThat(cli.out()).contains("does not take FLOAT64");
  }
}
