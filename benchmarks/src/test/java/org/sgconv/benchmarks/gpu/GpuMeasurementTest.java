package org.sgconv.benchmarks.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  private static final RepeatCheck SAME = new RepeatCheck(1536, null);

  private static GpuMeasurement judged(
      GpuOperation operation, Map<String, Deviation> deviations, RepeatCheck repeated) {
    GpuCase what = new GpuCase(new Workload(2, 3, 64), DType.FLOAT32, operation);
    return GpuMeasurement.judged(
        "fused",
        what,
        new StreamTimer.Times(2.125, 1, 3, 9),
        4096,
        1e12,
        GpuChecks.judge(deviations, repeated));
  }

  private static GpuMeasurement judged(Deviation error) {
    return judged(GpuOperation.FORWARD, Map.of("y", error), SAME);
  }

  private static Deviation deviation(double fraction) {
    return new Deviation(fraction, 3e-7, false, 0, 5, 1.5, 1.25);
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
    assertThat(measurement.checks()).containsExactly(new ResultCheck("y", 3e-7, fraction));
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
  void everyGradientMustBeRight() {
    for (String wrong : List.of("du", "dk", "dD")) {
      Map<String, Deviation> deviations = new LinkedHashMap<>();
      for (String result : List.of("du", "dk", "dD")) {
        deviations.put(result, deviation(result.equals(wrong) ? 1.5 : 0.5));
      }
      GpuMeasurement measurement = judged(GpuOperation.BACKWARD, deviations, SAME);
      assertThat(measurement.medianMs()).isNull();
      assertThat(measurement.failure())
          .startsWith("wrong: " + wrong + " is off by 1.50 times what it may be");
      assertThat(results(measurement).isComplete()).isFalse();
    }
  }

  @Test
  void theTableSaysWhatWasChecked() {
    Map<String, Deviation> deviations = new LinkedHashMap<>();
    deviations.put("du", deviation(0.5));
    deviations.put("dk", new Deviation(0.25, 1e-7, false, 0, 0, 1, 1));
    deviations.put("dD", new Deviation(0, 0, false, 0, 0, 1, 1));
    assertThat(
            new GpuTable(results(judged(GpuOperation.BACKWARD, deviations, SAME))).render().lines())
        .anyMatch(line -> line.endsWith("same bits  du 3.0e-07, dk 1.0e-07, dD 0.0e+00"));
  }

  @Test
  void anotherResultInASecondRunIsAFailure() throws Exception {
    RepeatCheck differs = new RepeatCheck(1536, "y, element 7 of 384: first 1.0, then 1.5");
    GpuResults results =
        results(judged(GpuOperation.FORWARD, Map.of("y", deviation(0.5)), differs));
    assertThat(results.isComplete()).isFalse();
    assertThat(new GpuTable(results).render())
        .contains("wrong: a second run differs in y, element 7 of 384: first 1.0, then 1.5")
        .doesNotContain("2.125");
    Path file = folder.resolve("gpu.json");
    results.writeTo(Files.newOutputStream(file));
    assertThat(GpuResults.read(file)).isEqualTo(results);
  }
}
