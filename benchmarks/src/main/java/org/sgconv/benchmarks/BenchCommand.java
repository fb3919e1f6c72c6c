package org.sgconv.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.InvalidArgumentException;
import org.sgconv.benchmarks.cpu.BenchmarkCase;
import org.sgconv.benchmarks.cpu.CpuJson;
import org.sgconv.benchmarks.cpu.CpuPlan;
import org.sgconv.benchmarks.cpu.CpuPlot;
import org.sgconv.benchmarks.cpu.CpuResults;
import org.sgconv.benchmarks.cpu.CpuRun;
import org.sgconv.benchmarks.cpu.CpuTable;
import org.sgconv.benchmarks.cpu.Machine;
import org.sgconv.benchmarks.cpu.Operation;
import org.sgconv.benchmarks.peers.Library;
import org.sgconv.benchmarks.peers.Workload;
import org.sgconv.cli.ExitStatus;
import org.sgconv.cli.Subcommand;
import org.sgconv.cli.Terminal;
import org.sgconv.cli.Version;
import org.sgconv.cli.plot.ConvolutionPlot;
import org.sgconv.cli.plot.FontsMissingException;
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
            + " against the float64 reference. A full run of --cpu takes the better part of an hour;"
            + " --quick some minutes.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
public final class BenchCommand implements Subcommand {

  private static final String HOME_PROPERTY = "sgconv.home";
  private static final List<Workload> QUICK_SHAPES = BenchmarkCase.SHAPES.subList(0, 3);
  private static final List<Operation> QUICK_OPERATIONS =
      List.of(
          Operation.FORWARD,
          Operation.STEP,
          Operation.SYNTHESIS_FORWARD,
          Operation.SYNTHESIS_BACKWARD);

  @SuppressWarnings("NullAway.Init") // Set by picocli before call().
  @Spec
  private CommandSpec spec;

  @Option(names = "--cpu", description = "Measure the CPU backend. This or --gpu must be given.")
  private boolean cpu;

  @Option(
      names = "--gpu",
      description =
          "Measure the CUDA backend, copy bandwidth of the device and, where python3 has it,"
              + " PyTorch. Of the options below --quick, --shapes and --output apply.")
  private boolean gpu;

  @Mixin private final GpuBenchOptions gpuOptions = new GpuBenchOptions();

  @Option(
      names = "--quick",
      description = "One short round of the smaller shapes: an impression, not a result.")
  private boolean quick;

  @Option(
      names = "--shapes",
      split = ";",
      paramLabel = "B,H,L",
      description = "Convolution shapes, separated by semicolons. Default: those of the docs.")
  private List<String> shapes = List.of();

  @Option(
      names = "--operations",
      split = ",",
      paramLabel = "NAME",
      description =
          "Any of forward, forward-new-kernel, backward, step, synthesis-forward,"
              + " synthesis-backward.")
  private List<String> operations = List.of();

  @Option(
      names = "--peers",
      split = ",",
      paramLabel = "NAME",
      description = "Any of pytorch, jtransforms, fftw, mkl, java. Default: all.")
  private List<String> peers = List.of();

  @Option(
      names = "--peers-at-best",
      description =
          "Also run PyTorch and MKL with an allocator that keeps large blocks, for MKL on huge"
              + " pages.")
  private boolean peersAtBest;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of every library. Default: 2.")
  private @Nullable Integer threads;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Rounds over all libraries. Default: 3, with --quick 1.")
  private @Nullable Integer rounds;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description =
          "Where json, txt and png go. Default: benchmarks/results/cpu/<processor> or"
              + " benchmarks/results/<gpu> for a full run, beside FILE with --from, else"
              + " benchmarks/target/bench.")
  private @Nullable Path output;

  @Override
  public Integer call() throws IOException {
    if (cpu == gpu) {
      throw new InvalidArgumentException("say what to measure: either --cpu or --gpu");
    }
    if (output != null && output.toString().isEmpty()) {
      throw new InvalidArgumentException("--output is empty: expected the name of a folder");
    }
    if (output != null && !gpu) {
      // Not after an hour of measuring; with --gpu the first case is written at once.
      OutputFile.createFolder(output);
    }
    if (gpu) {
      List<Workload> given = shapes.isEmpty() ? List.of() : shapes();
      return gpuOptions.run(given, quick, output, home(), spec.commandLine().getOut());
    }
    CpuPlan plan = plan();
    warnIfUnavailable(Backends.cpu());
    CpuRun run;
    CpuResults results;
    boolean terminal = Terminal.isStandardError();
    try (Progress progress = Progress.onStandardError("bench", plan.processes(), terminal)) {
      run = new CpuRun(plan, progress);
      results = run.run();
    }
    run.logs()
        .ifPresent(
            logs -> spec.commandLine().getErr().println("logs of what was not measured: " + logs));
    String table = new CpuTable(results).render();
    PrintWriter out = spec.commandLine().getOut();
    out.println(table);
    Path folder = OutputFile.createFolder(folder(results.machine()));
    OutputFile.write(
        folder.resolve("cpu.txt"), to -> to.write(table.getBytes(StandardCharsets.UTF_8)));
    OutputFile.write(folder.resolve("cpu.json"), new CpuJson(results)::writeTo);
    out.println("wrote cpu.txt and cpu.json to " + folder);
    try {
      ConvolutionPlot.requireFonts();
      OutputFile.write(folder.resolve("cpu.png"), new CpuPlot(results)::writeTo);
      out.println("wrote cpu.png");
    } catch (FontsMissingException missing) {
      out.println(missing.getMessage());
    }
    out.flush();
    return results.isComplete() ? ExitStatus.OK : ExitStatus.CHECK_FAILED;
  }

  /** The others are measured; this library is what it is about. */
  private void warnIfUnavailable(Backend measured) {
    measured
        .unavailabilityCause()
        .ifPresent(
            cause -> spec.commandLine().getErr().println("sgconv: warning: " + cause.getMessage()));
  }

  private CpuPlan plan() {
    int processors = Runtime.getRuntime().availableProcessors();
    int team = threads == null ? 2 : threads;
    if (team < 1 || team > processors) {
      throw new InvalidArgumentException(
          "--threads is " + team + ": must be from 1 to the " + processors + " processors here");
    }
    int count = rounds == null ? (quick ? 1 : 3) : rounds;
    if (count < 1) {
      throw new InvalidArgumentException("--rounds is " + count + ": must be ≥ 1");
    }
    return new CpuPlan(
        operations(),
        shapes(),
        libraries(),
        team,
        count,
        Duration.ofMillis(quick ? 900 : 2400),
        peersAtBest);
  }

  private List<Operation> operations() {
    if (operations.isEmpty()) {
      return quick ? QUICK_OPERATIONS : List.of(Operation.values());
    }
    return operations.stream().map(Operation::parse).distinct().toList();
  }

  private List<Workload> shapes() {
    if (shapes.isEmpty()) {
      return quick ? QUICK_SHAPES : BenchmarkCase.SHAPES;
    }
    return shapes.stream().map(Workload::parse).distinct().toList();
  }

  /** This library always takes part. */
  private List<Library> libraries() {
    if (peers.isEmpty()) {
      return List.of(Library.values());
    }
    List<Library> libraries = new ArrayList<>();
    libraries.add(Library.SGCONV);
    peers.stream().map(Library::parse).filter(Library::isPeer).distinct().forEach(libraries::add);
    return libraries;
  }

  private Path folder(Machine machine) {
    if (output != null) {
      return output;
    }
    Path home = home();
    return isFull()
        ? home.resolve(Path.of("results", "cpu", machine.folderName()))
        : home.resolve(Path.of("target", "bench"));
  }

  /** Whether nothing given makes this another run than those that are kept. */
  boolean isFull() {
    return !quick
        && shapes.isEmpty()
        && operations.isEmpty()
        && peers.isEmpty()
        && threads == null
        && rounds == null;
  }

  private static Path home() {
    return Path.of(System.getProperty(HOME_PROPERTY, "."), "benchmarks");
  }
}
