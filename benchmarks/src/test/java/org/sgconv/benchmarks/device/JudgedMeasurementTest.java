package org.sgconv.benchmarks.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Contender;
import org.sgconv.benchmarks.model.Library;
import org.sgconv.benchmarks.model.Measurement;
import org.sgconv.benchmarks.model.Operation;
import org.sgconv.benchmarks.model.Output;
import org.sgconv.benchmarks.model.RepeatCheck;
import org.sgconv.benchmarks.model.ResultCheck;
import org.sgconv.benchmarks.model.Results;
import org.sgconv.benchmarks.model.Times;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.benchmarks.report.Made;
import org.sgconv.benchmarks.report.Table;
import org.sgconv.oracle.Deviation;

/** A wrong result has no time, and ends the run with an exit status of its own. */
class JudgedMeasurementTest {

  private static final RepeatCheck SAME = new RepeatCheck(1536, null);

  private static Results results(Measurement measurement) {
    return Made.onDevice(true, measurement);
  }

  private static Measurement judged(
      Operation operation, Map<Output, Deviation> deviations, RepeatCheck repeated) {
    return DeviceChecks.judge(deviations, repeated)
        .judged(
            new BenchmarkCase(operation, new Workload(2, 3, 64)),
            new Contender(Library.SGCONV, "fused"),
            new Times(List.of(1.0, 2.125, 3.0), 9),
            4096);
  }

  private static Measurement judged(Deviation error) {
    return judged(Operation.FORWARD, Map.of(Output.SIGNAL, error), SAME);
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
  void aTimeNeedsARightResult(double fraction, boolean leavesRange, boolean right) {
    Measurement measurement = judged(new Deviation(fraction, 3e-7, leavesRange, 0, 5, 1.5, 1.25));
    assertThat(measurement.checks()).containsExactly(new ResultCheck("y", 3e-7, fraction));
    assertThat(measurement.isComplete()).isEqualTo(right);
    assertThat(measurement.times().samplesMs().isEmpty()).isEqualTo(!right);
    Results results = results(measurement);
    assertThat(results.isComplete()).isEqualTo(right);
    String table = new Table(results).render();
    assertThat(table.contains("2.125")).isEqualTo(right);
    assertThat(table.contains("not measured: sgconv fused at forward float32 2,3,64"))
        .isEqualTo(!right);
  }

  @Test
  void aRunThatWasCutOffIsNotComplete() {
    Measurement right = judged(deviation(0.5));
    Results cut = Made.onDevice(false, right);
    assertThat(cut.isComplete()).isFalse();
    assertThat(new Table(cut).render()).contains("CUT OFF").contains("2.125");
    assertThat(new Table(results(right)).render()).doesNotContain("CUT OFF");
  }

  @Test
  void everyGradientMustBeRight() {
    for (Output wrong : Operation.BACKWARD.outputs()) {
      Map<Output, Deviation> deviations = new EnumMap<>(Output.class);
      for (Output result : Operation.BACKWARD.outputs()) {
        deviations.put(result, deviation(result == wrong ? 1.5 : 0.5));
      }
      Measurement measurement = judged(Operation.BACKWARD, deviations, SAME);
      assertThat(measurement.isComplete()).isFalse();
      assertThat(measurement.failure())
          .startsWith("wrong: " + wrong.symbol() + " is off by 1.50 times what it may be");
      assertThat(results(measurement).isComplete()).isFalse();
    }
  }

  @Test
  void theTableSaysWhatWasChecked() {
    Map<Output, Deviation> deviations = new EnumMap<>(Output.class);
    deviations.put(Output.INPUT_GRADIENT, deviation(0.5));
    deviations.put(Output.KERNEL_GRADIENT, new Deviation(0.25, 1e-7, false, 0, 0, 1, 1));
    deviations.put(Output.SKIP_GRADIENT, new Deviation(0, 0, false, 0, 0, 1, 1));
    assertThat(new Table(results(judged(Operation.BACKWARD, deviations, SAME))).render().lines())
        .anyMatch(line -> line.endsWith("same bits  du 3.0e-07, dk 1.0e-07, dD 0.0e+00"));
  }

  @Test
  void anotherResultInASecondRunIsAFailure() {
    RepeatCheck differs = new RepeatCheck(1536, "y, element 7 of 384: first 1.0, then 1.5");
    Results results =
        results(judged(Operation.FORWARD, Map.of(Output.SIGNAL, deviation(0.5)), differs));
    assertThat(results.isComplete()).isFalse();
    assertThat(new Table(results).render())
        .contains("wrong: a second run differs in y, element 7 of 384: first 1.0, then 1.5")
        .doesNotContain("2.125");
  }
}
