package org.sgconv.benchmarks.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sgconv.benchmarks.peers.Workload;
import org.sgconv.tensor.DType;

/** A wrong result has no time, and ends the run with an exit status of its own. */
class GpuMeasurementTest {

  @TempDir Path folder;

  private static GpuResults results(GpuMeasurement measurement) {
    GpuMachine machine =
        new GpuMachine("gpu", "gpu 0", false, 1, List.of(), "1", "linux", "25", "abc", "now");
    return new GpuResults(machine, 1e12, "2.9", List.of(measurement));
  }

  private static GpuMeasurement judged(DType type, GpuOperation operation, Double error) {
    GpuCase what = new GpuCase(new Workload(2, 3, 64), type, operation);
    return GpuMeasurement.judged(
        "fused", what, new StreamTimer.Times(2.125, 1, 3, 9), 4096, 1e12, error);
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT32, 9.9e-7, true",
    "FLOAT32, 1.1e-6, false",
    "FLOAT32, NaN, false",
    "BFLOAT16, 2.4e-3, true",
    "BFLOAT16, 2.6e-3, false",
    "FLOAT16, 3.9e-4, true",
    "FLOAT16, 4.1e-4, false",
    "FLOAT16, Infinity, false"
  })
  void aTimeNeedsARightResult(DType type, double error, boolean right) throws Exception {
    GpuMeasurement measurement = judged(type, GpuOperation.FORWARD, error);
    assertThat(measurement.relativeError()).isEqualTo(Double.valueOf(error));
    assertThat(measurement.medianMs() != null).isEqualTo(right);
    GpuResults results = results(measurement);
    assertThat(results.isComplete()).isEqualTo(right);
    String table = new GpuTable(results).render();
    assertThat(table.contains("2.125")).isEqualTo(right);
    assertThat(table.contains("not measured: sgconv fused, 2,3,64")).isEqualTo(!right);

    Path file = folder.resolve("gpu.json");
    results.writeTo(Files.newOutputStream(file));
    assertThat(GpuResults.read(file)).isEqualTo(results);
  }

  @Test
  void backwardIsNotJudged() {
    assertThat(results(judged(DType.FLOAT32, GpuOperation.BACKWARD, null)).isComplete()).isTrue();
  }
}
