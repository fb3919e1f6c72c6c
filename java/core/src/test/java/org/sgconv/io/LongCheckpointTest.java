package org.sgconv.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sgconv.DecayLaw;
import org.sgconv.InvalidFileException;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.HostMemory;
import org.sgconv.tensor.Tensor;

/** Small files whose kernels are long: what importing them without a norm costs. */
@Timeout(60)
class LongCheckpointTest {

  @TempDir Path folder;

  private final long held = HostMemory.heldBytes();

  private Path withoutNorm(KernelSpec spec) {
    Path path = folder.resolve("layer.safetensors");
    try (Checkpoint written =
        new Checkpoint(
            KernelParameters.random(spec, DType.FLOAT32, 5),
            Tensor.zeros(DType.FLOAT32, 1, 1),
            List.of())) {
      written.write(path);
    }
    return path;
  }

  /** 18 seconds and 1.1 GB once. */
  @Test
  void twentyTwoScalesInEightKilobytesTakeNoTime() throws IOException {
    KernelSpec spec = KernelSpec.builder().hidden(1).kernelDim(64).scales(22).build();
    Path path = withoutNorm(spec);
    assertThat(Files.size(path)).isLessThan(10_000);
    long start = System.nanoTime();
    try (Checkpoint read = Checkpoint.read(path, spec, DType.FLOAT32)) {
      assertThat(read.parameters().norm().orElseThrow().getFlat(0)).isPositive();
    }
    assertThat((System.nanoTime() - start) / 1e9).as("seconds").isLessThan(2);
    assertThat(HostMemory.heldBytes()).isEqualTo(held);
  }

  @Test
  void aNormBeyondTheLimitIsAProblemOfTheFileThatNamesIt() {
    KernelSpec spec =
        KernelSpec.builder()
            .hidden(1)
            .kernelDim(64)
            .scales(35)
            .decay(DecayLaw.POWER)
            .decayRange(1, 1)
            .build();
    Path path = withoutNorm(spec);
    assertThatThrownBy(() -> Checkpoint.read(path, spec, DType.FLOAT32))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("layer.safetensors")
        .hasMessageContaining("rows of M = " + (1L << 40))
        .hasMessageContaining("at most 4294967296")
        .hasMessageContaining("-Dsgconv.norm.lags");
    assertThat(HostMemory.heldBytes()).isEqualTo(held);
  }
}
