package org.sgconv.benchmarks.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.sgconv.Backends;
import org.sgconv.benchmarks.peers.Workload;
import org.sgconv.cli.report.Progress;
import org.sgconv.device.DeviceBackend;
import org.sgconv.tensor.DType;

/** What a run that is cut off leaves behind. */
@Tag("cuda")
@Tag("emulation")
class GpuRunTest {

  @Test
  void resultsAreKeptAfterEachCase() throws Exception {
    GpuPlan plan =
        new GpuPlan(
            List.of(new Workload(1, 2, 300)),
            List.of(DType.FLOAT32, DType.FLOAT16),
            Duration.ZERO,
            1,
            false,
            GpuPlan.NO_LIMIT);
    GpuRun run = new GpuRun(DeviceBackend.of(Backends.named("cuda")), plan);
    List<GpuResults> kept = new ArrayList<>();
    GpuResults whole;
    try (Progress progress = Progress.onStandardError("bench", run.count(), false)) {
      whole = run.run(progress, kept::add);
    }
    // Both types, both operations, each on both paths.
    assertThat(kept).extracting(each -> each.measurements().size()).containsExactly(2, 4, 6, 8);
    assertThat(kept).allMatch(each -> !each.finished() && !each.isComplete());
    assertThat(whole.finished()).isTrue();
    assertThat(whole.measurements()).isEqualTo(kept.getLast().measurements());
  }
}
