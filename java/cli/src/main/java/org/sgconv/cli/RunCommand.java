package org.sgconv.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.InvalidArgumentException;
import org.sgconv.cli.report.OutputFile;
import org.sgconv.cli.report.Progress;
import org.sgconv.cli.run.KernelAndSkip;
import org.sgconv.cli.run.LayerRun;
import org.sgconv.cli.run.ReferenceCheck;
import org.sgconv.cli.run.RunOutput;
import org.sgconv.cli.run.RunPlan;
import org.sgconv.cli.run.Step;
import org.sgconv.cli.signal.Signal;
import org.sgconv.cli.signal.SignalForm;
import org.sgconv.cli.signal.SignalFormat;
import org.sgconv.cli.signal.SignalReader;
import org.sgconv.cli.signal.SignalSource;
import org.sgconv.cli.signal.SpeechRecording;
import org.sgconv.conv.LongConvolution;
import org.sgconv.oracle.Deviation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Convolves a real signal, forward and backward, checks the result and writes it. */
@Command(
    name = "run",
    description =
        "Convolve a signal with a kernel as long as itself, forward and backward, or with --kernel"
            + " with an impulse response, or apply a whole layer with --layer; check the result against the float64 reference and print"
            + " how fast it was. Without arguments: a recording that ships with the project.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class RunCommand implements Callable<Integer> {

  /** Where the launcher's checkout is. */
  private static final String HOME_PROPERTY = "sgconv.home";

  @SuppressWarnings("NullAway.Init") // Set by picocli before call().
  @Spec
  private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "INPUT",
      description =
          "The signal: .wav (8 to 32 bit; each channel is a row), .f32 or .raw (little-endian"
              + " float32), .safetensors ((B,H,L), (H,L) or (L)).")
  private @Nullable Path input;

  @Option(
      names = "--tensor",
      paramLabel = "NAME",
      description = "Tensor of a safetensors file. Default: " + SignalReader.DEFAULT_TENSOR + ".")
  private @Nullable String tensor;

  @Option(
      names = "--raw-rate",
      paramLabel = "HZ",
      description = "Sample rate of a raw or safetensors signal or response, if it has one.")
  private @Nullable Integer rawRate;

  @Option(
      names = "--hidden",
      paramLabel = "H",
      description = "Apply this many kernels to every row of a signal with H = 1.")
  private @Nullable Integer hidden;

  @Option(
      names = "--rows",
      paramLabel = "N",
      description =
          "Hidden rows, or with --kernel channels, checked against the reference. Default:"
              + " ${DEFAULT-VALUE}.")
  private int rows = 4;

  @Mixin private final ResponseOptions response = new ResponseOptions();
  @Mixin private final KernelOptions kernel = new KernelOptions();
  @Mixin private final BackendOptions backends = new BackendOptions();
  @Mixin private final OutputOptions outputs = new OutputOptions();

  @Override
  public Integer call() throws IOException {
    requireSound();
    OutputOptions files = outputs();
    files.requireWritable(input, kernel.checkpoint(), response.file());
    Backend backend = backends.choose();
    if (input != null) {
      convolve(input, backend, files);
    } else {
      try (SpeechRecording speech = SpeechRecording.unpack()) {
        convolve(speech.file(), backend, files);
      }
    }
    return ExitStatus.OK;
  }

  private void convolve(Path file, Backend backend, OutputOptions files) throws IOException {
    if (response.isGiven()) {
      new ResponseCommand(spec.commandLine(), response, files, rows)
          .apply(file, name(), rate(), backend);
      return;
    }
    try (SignalSource source = SignalReader.open(file, name(), rate(), this::note)) {
      SignalForm form = hidden == null ? source.form() : source.form().repeated(hidden);
      files.requireFits(form);
      if (kernel.isWholeLayer()) {
        new WholeLayerCommand(spec.commandLine(), kernel, files, checkedRows(backend))
            .apply(form, () -> signal(source), backend);
        return;
      }
      // The values last: before they are read it is clear that there is room for what they become.
      try (KernelAndSkip layer = kernel.layer(form);
          LongConvolution plan = RunPlan.create(backend, layer, form, checkedRows(backend));
          Signal signal = signal(source);
          LayerRun run = new LayerRun(plan, layer, signal.values())) {
        report(form, run, backend, files);
      }
    }
  }

  private OptionalInt rate() {
    return rawRate == null ? OptionalInt.empty() : OptionalInt.of(rawRate);
  }

  /** The reference is not checked against itself. */
  private int checkedRows(Backend backend) {
    return backend.name().equals(Backends.reference().name()) ? 0 : rows;
  }

  private Signal signal(SignalSource source) {
    if (hidden == null) {
      return source.read();
    }
    try (Signal once = source.read()) {
      return once.repeated(hidden);
    }
  }

  private void report(SignalForm signal, LayerRun run, Backend backend, OutputOptions files)
      throws IOException {
    Map<RunOutput, Deviation> deviations = compute(run, backend);
    // A result in the middle of a report would be neither.
    PrintWriter out =
        files.takeStandardOutput() ? spec.commandLine().getErr() : spec.commandLine().getOut();
    RunReport report = new RunReport(signal, run, backend, deviations);
    out.println(report.heading());
    out.println(report.table());
    out.println(report.explanation(Math.min(rows, signal.hidden())));
    out.flush();
    report.requirePassed();
    report.rangeNote().ifPresent(out::println);
    files.write(new LayerResult(signal, run, report.kernel())).forEach(out::println);
    out.flush();
  }

  /** For the shipped recording, a place inside the checkout if the user named none. */
  private OutputOptions outputs() {
    @Nullable String home = System.getProperty(HOME_PROPERTY);
    if (input != null || home == null || !outputs.isEmpty()) {
      return outputs;
    }
    Path folder = OutputFile.createFolder(Path.of(home, "target", "run"));
    String name = response.isGiven() ? "speech-response" : "speech";
    return OutputOptions.in(folder, kernel.isWholeLayer() ? "speech-layer" : name);
  }

  private String name() {
    return Objects.requireNonNullElse(tensor, SignalReader.DEFAULT_TENSOR);
  }

  /** Fails if what was given contradicts itself. */
  private void requireSound() {
    if (rows < 1) {
      throw new InvalidArgumentException("--rows is " + rows + ": must be ≥ 1");
    }
    if (rawRate != null && rawRate < 1) {
      throw new InvalidArgumentException("--raw-rate is " + rawRate + " Hz: must be ≥ 1");
    }
    if (input != null && input.toString().isEmpty()) {
      throw new InvalidArgumentException("INPUT is empty: expected the name of a file");
    }
    if (tensor != null && (input == null || SignalFormat.of(input) != SignalFormat.SAFETENSORS)) {
      throw new InvalidArgumentException(
          "--tensor " + tensor + ": only with a .safetensors file as INPUT");
    }
    response.requireSound(hidden, kernel);
    kernel.requireSound();
    if (rawRate != null && input == null && !response.mayLackRate()) {
      throw new InvalidArgumentException(
          "--raw-rate " + rawRate + ": only with a file that states no rate as INPUT");
    }
  }

  private void note(String text) {
    FailureReport.line(spec.commandLine(), "note: " + text);
  }

  private Map<RunOutput, Deviation> compute(LayerRun run, Backend backend) {
    int steps = Step.values().length + 1;
    boolean terminal = Terminal.isStandardError();
    try (Progress progress = Progress.onStandardError("run", steps, terminal)) {
      for (Step step : Step.values()) {
        progress.at(step.label());
        run.time(step);
        progress.step();
      }
      progress.at("checking");
      int checked = checkedRows(backend);
      return checked == 0
          ? Map.of()
          : new ReferenceCheck(run, Backends.reference(), checked).measure();
    }
  }
}
