package org.sgconv.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.InvalidArgumentException;
import org.sgconv.InvalidFileException;
import org.sgconv.cli.plot.CorrelationPlot;
import org.sgconv.cli.report.OutputFile;
import org.sgconv.cli.run.CorrelationRun;
import org.sgconv.cli.run.Templates;
import org.sgconv.cli.signal.SignalForm;
import org.sgconv.cli.signal.SignalFormat;
import org.sgconv.cli.signal.SignalReader;
import org.sgconv.cli.signal.SignalSource;
import org.sgconv.signal.Mean;
import org.sgconv.text.PrintableText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says where in a signal a template is. */
@Command(
    name = "correlate",
    description =
        "Find a template in a signal: the lags at which the normalized correlation is highest, as a"
            + " table, a file of comma-separated values and a plot.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class CorrelateCommand implements Callable<Integer> {

  private static final int MOST_MATCHES = 100_000;

  @SuppressWarnings("NullAway.Init") // Set by picocli before call().
  @Spec
  private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // Set by picocli before call().
  @Parameters(
      index = "0",
      paramLabel = "SIGNAL",
      description =
          "Where to look: .wav, .f32 or .raw (little-endian float32), .safetensors. Each channel"
              + " is a row.")
  private Path signal;

  @SuppressWarnings("NullAway.Init") // Set by picocli before call().
  @Parameters(
      index = "1",
      paramLabel = "TEMPLATE",
      description = "What to look for, in the same kinds of files. Each channel is a template.")
  private Path template;

  @Option(
      names = "--tensor",
      paramLabel = "NAME",
      description = "Tensor of a safetensors signal. Default: " + SignalReader.DEFAULT_TENSOR + ".")
  private @Nullable String tensor;

  @Option(
      names = "--template-tensor",
      paramLabel = "NAME",
      description =
          "Tensor of a safetensors template. Default: " + SignalReader.DEFAULT_TENSOR + ".")
  private @Nullable String templateTensor;

  @Option(
      names = "--raw-rate",
      paramLabel = "HZ",
      description = "Sample rate of files that state none, if they have one.")
  private @Nullable Integer rawRate;

  @Option(
      names = "--resample",
      description = "Bring the template to the signal's sample rate, where they differ.")
  private boolean resample;

  @Option(
      names = "--keep-mean",
      description = "Leave the means of template and signal in: an offset then counts.")
  private boolean keepMean;

  @Option(
      names = "--top",
      paramLabel = "N",
      description = "How many of the best lags are shown. Default: ${DEFAULT-VALUE}.")
  private int top = 10;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description =
          "Write the best lags as comma-separated values: .csv, or - for standard output.")
  private @Nullable Path output;

  @Option(
      names = "--plot",
      paramLabel = "FILE",
      description = "Draw the signal and its correlation, with the best lags, as a .png.")
  private @Nullable Path plot;

  @Mixin private final BackendOptions backends = new BackendOptions();

  @Override
  public Integer call() throws IOException {
    requireSound();
    Backend backend = backends.choose();
    try (SignalSource source = open(signal, tensor)) {
      Templates templates = templates(source.form());
      try (CorrelationRun run = run(source, templates, backend)) {
        try (PercentProgress progress = new PercentProgress("correlate")) {
          run.compute(progress);
        }
        report(source.form(), templates, run, backend);
      }
    }
    return ExitStatus.OK;
  }

  private CorrelationRun run(SignalSource source, Templates templates, Backend backend) {
    try {
      return new CorrelationRun(
          source,
          templates.rows(),
          keepMean ? Mean.KEPT : Mean.REMOVED,
          top,
          plot == null ? 0 : CorrelationPlot.COLUMNS,
          backend);
    } catch (InvalidArgumentException unfit) {
      // Says which of the templates, but not of which file.
      throw new InvalidFileException(template, String.valueOf(unfit.getMessage()), unfit);
    }
  }

  private void report(SignalForm form, Templates templates, CorrelationRun run, Backend backend)
      throws IOException {
    List<CorrelationRun.Match> matches = run.matches();
    CorrelationReport report =
        new CorrelationReport(form, named(template), templates, run.seconds(), matches, backend);
    boolean taken = isStandardOutput(output) || isStandardOutput(plot);
    PrintWriter out = taken ? spec.commandLine().getErr() : spec.commandLine().getOut();
    out.println(report.heading());
    out.println(report.table());
    out.println(report.explanation());
    out.flush();
    report.requirePassed();
    if (output != null) {
      OutputFile.write(OutputPlace.of(output), report::writeCsv);
      out.println("wrote " + PrintableText.escape(output.toString()));
    }
    if (plot != null) {
      report.writePlot(OutputPlace.of(plot), run);
      out.println("wrote " + PrintableText.escape(plot.toString()));
    }
    out.flush();
  }

  private static boolean isStandardOutput(@Nullable Path file) {
    return file != null && OutputFile.isStandardOutput(OutputPlace.of(file));
  }

  private static String named(Path file) {
    return PrintableText.escape(String.valueOf(file.getFileName()));
  }

  private Templates templates(SignalForm form) throws IOException {
    try (SignalSource source = open(template, templateTensor)) {
      return Templates.read(source, form, resample);
    }
  }

  private SignalSource open(Path file, @Nullable String name) {
    boolean stated = isWav(file);
    OptionalInt rate = stated || rawRate == null ? OptionalInt.empty() : OptionalInt.of(rawRate);
    return SignalReader.open(
        file, Objects.requireNonNullElse(name, SignalReader.DEFAULT_TENSOR), rate, this::note);
  }

  private static boolean isWav(Path file) {
    return SignalFormat.ofName(file).equals(Optional.of(SignalFormat.WAV));
  }

  private void note(String text) {
    FailureReport.line(spec.commandLine(), "note: " + text);
  }

  /** Fails if what was given contradicts itself, or a file could not be written in the end. */
  private void requireSound() {
    if (top < 1 || top > MOST_MATCHES) {
      throw new InvalidArgumentException(
          String.format(Locale.ROOT, "--top is %d: must be from 1 to %d", top, MOST_MATCHES));
    }
    if (rawRate != null && rawRate < 1) {
      throw new InvalidArgumentException("--raw-rate is " + rawRate + " Hz: must be ≥ 1");
    }
    requireNamed("SIGNAL", signal);
    requireNamed("TEMPLATE", template);
    if (rawRate != null && isWav(signal) && isWav(template)) {
      throw new InvalidArgumentException(
          "--raw-rate " + rawRate + ": WAV files state their own sample rates, leave it out");
    }
    requireTensors("--tensor", tensor, signal);
    requireTensors("--template-tensor", templateTensor, template);
    if (output != null) {
      OutputOptions.requireEnding(output, ".csv", "best lags are comma-separated values");
      OutputPlace.requireWritable(OutputPlace.of(output), signal, template);
    }
    if (plot != null) {
      OutputOptions.requirePlot(plot, output, signal, template);
    }
  }

  private static void requireNamed(String what, Path file) {
    if (file.toString().isEmpty()) {
      throw new InvalidArgumentException(what + " is empty: expected the name of a file");
    }
  }

  private static void requireTensors(String option, @Nullable String name, Path file) {
    if (name != null && !SignalFormat.ofName(file).equals(Optional.of(SignalFormat.SAFETENSORS))) {
      throw new InvalidArgumentException(
          option + " " + name + ": only with a .safetensors file, " + file + " is none");
    }
  }
}
