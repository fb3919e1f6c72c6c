package org.sgconv.benchmarks.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sgconv.benchmarks.peers.Workload;
import org.sgconv.oracle.Deviation;
import org.sgconv.tensor.DType;

/** A wrong result has no time, and ends the run with an exit status of its own. */
class GpuMeasurementTest {

  @TempDir Path folder;

  private static GpuResults results(GpuMeasurement measurement) {
    GpuMachine machine =
        new GpuMachine("gpu", "gpu 0", false, 1, List.of(), "1", "linux", "25", "abc", "now");
    return new GpuResults(machine, 1e12, "2.9", List.of(measurement), true);
  }

  private static GpuMeasurement judged(@Nullable Deviation error) {
    GpuCase what =
        new GpuCase(
            new Workload(2, 3, 64),
            DType.FLOAT32,
            error == null ? GpuOperation.BACKWARD : GpuOperation.FORWARD);
    return GpuMeasurement.judged(
        "fused", what, new StreamTimer.Times(2.125, 1, 3, 9), 4096, 1e12, error);
  }

  @ParameterizedTest
  @CsvSource({
    "0.99, false, true",
    "1.01, false, false",
    "Infinity, false, false",
    "0, true, false",
  })
  void aTimeNeedsARightResult(double fraction, boolean leavesRange, boolean right)
      throws Exception {
    GpuMeasurement measurement =
        judged(new Deviation(fraction, 3e-7, leavesRange, 0, 5, 1.5, 1.25));
    assertThat(measurement.relativeError()).isEqualTo(3e-7);
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
  void aRunThatWasCutOffIsNotComplete() {
    GpuResults whole = results(judged(new Deviation(0.5, 1e-7, false, 0, 0, 1, 1)));
    GpuResults cut = new GpuResults(whole.machine(), 1e12, "2.9", whole.measurements(), false);
    assertThat(cut.isComplete()).isFalse();
    assertThat(new GpuTable(cut).render()).contains("CUT OFF").contains("2.125");
    assertThat(new GpuTable(whole).render()).doesNotContain("CUT OFF");
  }

  @Test
  void backwardIsNotJudged() {
    assertThat(results(judged(null)).isComplete()).isTrue();
  }
}
