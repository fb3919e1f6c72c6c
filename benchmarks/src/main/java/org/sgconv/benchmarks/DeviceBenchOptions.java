package org.sgconv.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
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

  @Option(
      names = "--types",
      split = ",",
      paramLabel = "TYPE",
      description =
          "With --gpu: any of float32, bfloat16, float16. Default: all, with --quick float32.")
  private List<String> types = List.of();

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
    return types.isEmpty() && !noTorch;
  }

  /**
   * The run that was asked for.
   *
   * @param shapes as given; empty for the default
   */
  DeviceBench bench(List<Workload> shapes, boolean quick) throws IOException {
    List<Workload> chosen =
        shapes.isEmpty() ? (quick ? DevicePlan.QUICK_SHAPES : DevicePlan.SHAPES) : shapes;
    DevicePlan plan =
        new DevicePlan(
            BenchmarkCase.of(DevicePlan.OPERATIONS, chosen, types(quick)),
            Duration.ofMillis(quick ? 200 : 600),
            DevicePlan.ROTATION,
            !noTorch,
            torchLimit());
    return new DeviceBench(Backends.cuda(), plan);
  }

  private List<DType> types(boolean quick) {
    if (types.isEmpty()) {
      return quick ? List.of(DType.FLOAT32) : DevicePlan.TYPES;
    }
    return types.stream().map(DeviceBenchOptions::type).distinct().toList();
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

  private static DType type(String name) {
    return DevicePlan.TYPES.stream()
        .filter(type -> type.name().toLowerCase(Locale.ROOT).equals(name.strip()))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidArgumentException(
                    "--types names '" + name + "': expected float32, bfloat16 or float16"));
  }
}
