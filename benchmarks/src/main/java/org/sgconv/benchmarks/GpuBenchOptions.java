package org.sgconv.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backends;
import org.sgconv.InvalidArgumentException;
import org.sgconv.benchmarks.gpu.GpuMachine;
import org.sgconv.benchmarks.gpu.GpuPlan;
import org.sgconv.benchmarks.gpu.GpuPlot;
import org.sgconv.benchmarks.gpu.GpuResults;
import org.sgconv.benchmarks.gpu.GpuRun;
import org.sgconv.benchmarks.gpu.GpuTable;
import org.sgconv.benchmarks.peers.Workload;
import org.sgconv.cli.ExitStatus;
import org.sgconv.cli.Terminal;
import org.sgconv.cli.plot.ConvolutionPlot;
import org.sgconv.cli.plot.FontsMissingException;
import org.sgconv.cli.report.OutputFile;
import org.sgconv.cli.report.Progress;
import org.sgconv.device.DeviceBackend;
import org.sgconv.tensor.DType;
import picocli.CommandLine.Option;

/** {@code bench --gpu}: the CUDA backend, PyTorch beside it, and the reports. */
final class GpuBenchOptions {

  private static final String RESULTS = "results";
  private static final String JSON_NAME = "gpu.json";

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

  @Option(
      names = "--from",
      paramLabel = "FILE",
      description = "With --gpu: measure nothing, make table and plot from this gpu.json.")
  private @Nullable Path from;

  /**
   * Measures or reads, prints the table and writes gpu.json, gpu.txt and gpu.png.
   *
   * @param shapes as given; empty for the default
   * @param output as given, or null for the default
   * @param home folder of the benchmarks
   * @return exit status
   */
  int run(List<Workload> shapes, boolean quick, @Nullable Path output, Path home, PrintWriter out)
      throws IOException {
    boolean full = !quick && shapes.isEmpty() && types.isEmpty() && !noTorch;
    GpuRun.Keeper keeper =
        soFar ->
            OutputFile.write(
                prepared(soFar, full, output, home).resolve(JSON_NAME), soFar::writeTo);
    GpuResults results =
        from == null ? measure(plan(shapes, quick), keeper) : GpuResults.read(from);
    Path folder = prepared(results, full, output, home);
    String table = new GpuTable(results).render();
    out.println(table);
    OutputFile.write(
        folder.resolve("gpu.txt"), to -> to.write(table.getBytes(StandardCharsets.UTF_8)));
    OutputFile.write(folder.resolve(JSON_NAME), results::writeTo);
    out.println("wrote gpu.txt and gpu.json to " + folder);
    plot(results, folder, out);
    out.flush();
    return results.isComplete() ? ExitStatus.OK : ExitStatus.CHECK_FAILED;
  }

  /** The folder of the reports, which is there. */
  private Path prepared(GpuResults results, boolean full, @Nullable Path output, Path home)
      throws IOException {
    Path folder = output == null ? folder(results.machine(), full, home) : output;
    requireReal(results, folder);
    return OutputFile.createFolder(folder);
  }

  /** Where reports go if nobody says. */
  private Path folder(GpuMachine machine, boolean full, Path home) {
    if (from != null) {
      return from.toAbsolutePath().resolveSibling("");
    }
    return full && !machine.emulated()
        ? home.resolve(Path.of(RESULTS, machine.folderName()))
        : home.resolve(Path.of("target", "bench"));
  }

  private GpuPlan plan(List<Workload> shapes, boolean quick) {
    return new GpuPlan(
        shapes.isEmpty() ? (quick ? GpuPlan.QUICK_SHAPES : GpuPlan.SHAPES) : shapes,
        types.isEmpty()
            ? (quick ? List.of(DType.FLOAT32) : GpuPlan.TYPES)
            : types.stream().map(GpuBenchOptions::type).distinct().toList(),
        Duration.ofMillis(quick ? 200 : 600),
        GpuPlan.ROTATION,
        !noTorch,
        torchLimit());
  }

  private Duration torchLimit() {
    if (torchLimit == null) {
      return GpuPlan.NO_LIMIT;
    }
    if (torchLimit < 1) {
      throw new InvalidArgumentException("--torch-limit is " + torchLimit + ": must be ≥ 1");
    }
    return Duration.ofSeconds(torchLimit);
  }

  private static DType type(String name) {
    return GpuPlan.TYPES.stream()
        .filter(type -> type.name().toLowerCase(Locale.ROOT).equals(name.strip()))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidArgumentException(
                    "--types names '" + name + "': expected float32, bfloat16 or float16"));
  }

  private static GpuResults measure(GpuPlan plan, GpuRun.Keeper keeper) throws IOException {
    GpuRun run = new GpuRun(DeviceBackend.of(Backends.named("cuda")), plan);
    try (Progress progress =
        Progress.onStandardError("bench", run.count(), Terminal.isStandardError())) {
      return run.run(progress, keeper);
    }
  }

  /** Numbers of the emulated device must not be taken for results. */
  private static void requireReal(GpuResults results, Path folder) {
    boolean kept =
        Arrays.stream(folder.toAbsolutePath().normalize().toString().split("/", -1))
            .anyMatch(RESULTS::equals);
    if (kept && results.machine().emulated()) {
      throw new InvalidArgumentException(
          "these are times of the emulated device, which say nothing about any GPU: they are not"
              + " written below a folder named '"
              + RESULTS
              + "' ("
              + folder
              + ")");
    }
  }

  private static void plot(GpuResults results, Path folder, PrintWriter out) throws IOException {
    if (ModuleLayer.boot().findModule("java.desktop").isEmpty()) {
      out.println(
          "no plot: this Java cannot draw; 'sgconv bench --gpu --from gpu.json' does elsewhere");
      return;
    }
    try {
      ConvolutionPlot.requireFonts();
      OutputFile.write(folder.resolve("gpu.png"), new GpuPlot(results)::writeTo);
      out.println("wrote gpu.png");
    } catch (FontsMissingException missing) {
      out.println(missing.getMessage());
    }
  }
}
