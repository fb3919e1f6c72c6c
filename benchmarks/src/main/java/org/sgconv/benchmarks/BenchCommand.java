package org.sgconv.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.InvalidArgumentException;
import org.sgconv.benchmarks.host.HostBench;
import org.sgconv.benchmarks.measure.Bench;
import org.sgconv.benchmarks.measure.Run;
import org.sgconv.benchmarks.model.Machine;
import org.sgconv.benchmarks.model.Results;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.benchmarks.report.Reports;
import org.sgconv.benchmarks.report.ResultsJson;
import org.sgconv.cli.ExitStatus;
import org.sgconv.cli.Subcommand;
import org.sgconv.cli.Terminal;
import org.sgconv.cli.Version;
import org.sgconv.cli.report.OutputFile;
import org.sgconv.cli.report.Progress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Times this library and its peers side by side. */
@Command(
    name = "bench",
    description =
        "Time this library and what one would take instead, side by side in one run, results checked"
            + " against the float64 reference. A full run of --cpu takes the better part of an hour,"
            + " of --signals two; --quick some minutes.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
public final class BenchCommand implements Subcommand {

  private static final String HOME_PROPERTY = "sgconv.home";

  @SuppressWarnings("NullAway.Init") // Set by picocli before call().
  @Spec
  private CommandSpec spec;

  @Option(
      names = "--cpu",
      description = "Measure layers on the CPU backend. One of --cpu, --gpu, --signals is needed.")
  private boolean cpu;

  @Option(
      names = "--gpu",
      description =
          "Measure the CUDA backend, copy bandwidth of the device and, where python3 has it,"
              + " PyTorch.")
  private boolean gpu;

  @Option(
      names = "--signals",
      description =
          "Measure signals with impulse responses and templates of any length on the CPU backend.")
  private boolean signals;

  @Option(
      names = "--quick",
      description = "One short round of the smaller shapes: an impression, not a result.")
  private boolean quick;

  @Option(
      names = "--shapes",
      split = ";",
      paramLabel = "B,H,L[,K]",
      description =
          "Shapes, separated by semicolons; of --signals with a kernel length. Default: those of"
              + " the docs.")
  private List<String> shapes = List.of();

  @Option(
      names = "--types",
      split = ",",
      paramLabel = "TYPE",
      description =
          "With --cpu float32 (the default) or float64, with --signals the same and both by default,"
              + " with --gpu any of float32, bfloat16, float16, all by default, with --quick"
              + " float32.")
  private List<String> types = List.of();

  @Option(
      names = "--from",
      paramLabel = "FILE",
      description =
          "Measure nothing, make table and plot from this cpu.json, gpu.json or signals.json.")
  private @Nullable Path from;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description =
          "Where json, txt and png go. Default: benchmarks/results/cpu/<processor>,"
              + " benchmarks/results/signals/<processor> or benchmarks/results/<gpu> for a full run,"
              + " beside FILE with --from, else benchmarks/target/bench.")
  private @Nullable Path output;

  @Mixin private final HostBenchOptions hostOptions = new HostBenchOptions();

  @Mixin private final DeviceBenchOptions deviceOptions = new DeviceBenchOptions();

  @Override
  public Integer call() throws IOException {
    if (Stream.of(cpu, gpu, signals).filter(given -> given).count() != 1) {
      throw new InvalidArgumentException("say what to measure: --cpu, --gpu or --signals");
    }
    if (output != null && output.toString().isEmpty()) {
      throw new InvalidArgumentException("--output is empty: expected the name of a folder");
    }
    Results results = from == null ? measure() : ResultsJson.read(from);
    if (from != null && !Reports.subject(results).equals(subject())) {
      throw new InvalidArgumentException(
          from + " is of another subject: say --" + Reports.subject(results) + " with it");
    }
    Path folder = folder(results.machine());
    Reports.write(results, folder, spec.commandLine().getOut());
    if (from == null) {
      Reports.deleteUnfinished(results, folder);
    }
    return results.isComplete() ? ExitStatus.OK : ExitStatus.CHECK_FAILED;
  }

  private Results measure() throws IOException {
    List<Workload> given = shapes.stream().map(Workload::parse).distinct().toList();
    if (gpu) {
      try (Bench bench = deviceOptions.bench(given, types, quick)) {
        return measure(bench);
      }
    }
    try (HostBench bench =
        signals
            ? hostOptions.signals(given, types, quick)
            : hostOptions.layers(given, types, quick)) {
      if (output != null) {
        // Not after some minutes of measuring; with --gpu the first case is written at once.
        OutputFile.createFolder(output);
      }
      warnIfUnavailable(Backends.cpu());
      Results results = measure(bench);
      bench
          .logs()
          .ifPresent(
              logs ->
                  spec.commandLine().getErr().println("logs of what was not measured: " + logs));
      return results;
    }
  }

  private Results measure(Bench bench) throws IOException {
    try (Progress progress =
        Progress.onStandardError("bench", Run.turns(bench), Terminal.isStandardError())) {
      Run.Keeper keeper = soFar -> Reports.keep(soFar, folder(soFar.machine()));
      return new Run(bench, progress, keeper).run();
    }
  }

  /** The others are measured; this library is what it is about. */
  private void warnIfUnavailable(Backend measured) {
    measured
        .unavailabilityCause()
        .ifPresent(
            cause -> spec.commandLine().getErr().println("sgconv: warning: " + cause.getMessage()));
  }

  private String subject() {
    return gpu ? "gpu" : signals ? "signals" : "cpu";
  }

  /** Where reports go. */
  private Path folder(Machine machine) {
    if (output != null) {
      return output;
    }
    if (from != null) {
      return from.toAbsolutePath().resolveSibling("");
    }
    Path home = Path.of(System.getProperty(HOME_PROPERTY, "."), "benchmarks");
    if (!isFull() || machine.isEmulated()) {
      return home.resolve(Path.of("target", "bench"));
    }
    Path results = home.resolve(Reports.RESULTS);
    return (gpu ? results : results.resolve(subject())).resolve(machine.folderName());
  }

  /** Whether nothing given makes this another run than those that are kept. */
  boolean isFull() {
    boolean defaults = gpu ? deviceOptions.areDefault() : hostOptions.areDefault();
    return !quick && shapes.isEmpty() && types.isEmpty() && defaults;
  }
}
