package org.sgconv.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backends;
import org.sgconv.InvalidArgumentException;
import org.sgconv.benchmarks.device.DeviceBench;
import org.sgconv.benchmarks.device.DevicePlan;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.tensor.DType;
import picocli.CommandLine.Option;

/** What {@code bench --gpu} measures: the CUDA backend, and PyTorch beside it. */
final class DeviceBenchOptions {

  @Option(names = "--no-torch", description = "With --gpu: leave PyTorch out.")
  private boolean noTorch;

  @Option(
      names = "--torch-limit",
      paramLabel = "SECONDS",
      description =
          "With --gpu: end PyTorch, which is measured first, after this long, and keep what it"
              + " measured. Default: no limit.")
  private @Nullable Integer torchLimit;

  /** Whether none makes this another run than those that are kept. */
  boolean areDefault() {
    return !noTorch;
  }

  /**
   * The run that was asked for.
   *
   * @param shapes as given; empty for the default
   * @param types as given; empty for the default
   */
  DeviceBench bench(List<Workload> shapes, List<String> types, boolean quick) throws IOException {
    List<Workload> chosen =
        shapes.isEmpty() ? (quick ? DevicePlan.QUICK_SHAPES : DevicePlan.SHAPES) : shapes;
    DevicePlan plan =
        new DevicePlan(
            BenchmarkCase.of(
                DevicePlan.OPERATIONS,
                chosen,
                Types.named(
                    types, DevicePlan.TYPES, quick ? List.of(DType.FLOAT32) : DevicePlan.TYPES)),
            Duration.ofMillis(quick ? 200 : 600),
            DevicePlan.ROTATION,
            !noTorch,
            torchLimit());
    return new DeviceBench(Backends.cuda(), plan);
  }

  private Duration torchLimit() {
    if (torchLimit == null) {
      return DevicePlan.NO_LIMIT;
    }
    if (torchLimit < 1) {
      throw new InvalidArgumentException("--torch-limit is " + torchLimit + ": must be ≥ 1");
    }
    return Duration.ofSeconds(torchLimit);
  }
}
