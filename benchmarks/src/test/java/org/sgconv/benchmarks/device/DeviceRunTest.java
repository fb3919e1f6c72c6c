package org.sgconv.benchmarks.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.sgconv.Backends;
import org.sgconv.benchmarks.measure.Bench;
import org.sgconv.benchmarks.measure.Run;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Results;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.cli.report.Progress;
import org.sgconv.tensor.DType;

/** What a run that is cut off leaves behind. */
@Tag("cuda")
@Tag("emulation")
class DeviceRunTest {

  @Test
  void resultsAreKeptAfterEachCase() throws Exception {
    DevicePlan plan =
        new DevicePlan(
            BenchmarkCase.of(
                DevicePlan.OPERATIONS,
                List.of(new Workload(1, 2, 300)),
                List.of(DType.FLOAT32, DType.FLOAT16)),
            Duration.ZERO,
            1,
            false,
            DevicePlan.NO_LIMIT);
    List<Results> kept = new ArrayList<>();
    Results whole;
    try (Bench bench = new DeviceBench(Backends.cuda(), plan);
        Progress progress = Progress.onStandardError("bench", Run.turns(bench), false)) {
      assertThat(Run.turns(bench)).isEqualTo(8);
      whole = new Run(bench, progress, kept::add).run();
    }
    // Both types, both operations, each on both paths.
    assertThat(kept).extracting(each -> each.measurements().size()).containsExactly(2, 4, 6, 8);
    assertThat(kept).allMatch(each -> !each.finished() && !each.isComplete());
    assertThat(whole.finished()).isTrue();
    assertThat(whole.measurements()).isEqualTo(kept.getLast().measurements());
  }
}
