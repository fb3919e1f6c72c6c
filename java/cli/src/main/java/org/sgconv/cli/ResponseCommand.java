package org.sgconv.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.cli.run.ResponseCheck;
import org.sgconv.cli.run.ResponseKernel;
import org.sgconv.cli.run.ResponseRun;
import org.sgconv.cli.signal.SignalForm;
import org.sgconv.cli.signal.SignalFormat;
import org.sgconv.cli.signal.SignalReader;
import org.sgconv.cli.signal.SignalSource;
import org.sgconv.oracle.Deviation;
import picocli.CommandLine;

/** {@code run} with an impulse response: computes, checks, prints and writes. */
final class ResponseCommand {

  private final CommandLine line;
  private final ResponseOptions options;
  private final OutputOptions files;
  private final int channels;

  /**
   * One run.
   *
   * @param channels that are checked at most
   */
  ResponseCommand(CommandLine line, ResponseOptions options, OutputOptions files, int channels) {
    this.line = line;
    this.options = options;
    this.files = files;
    this.channels = channels;
  }

  /**
   * Applies the response to a file.
   *
   * @param tensor of a safetensors file
   * @param rawRate of files that state no rate
   */
  void apply(Path file, String tensor, OptionalInt rawRate, Backend backend) throws IOException {
    // A rate that one of the two files takes is no mistake; one that neither takes is.
    boolean ofResponse =
        options.mayLackRate() && SignalFormat.ofName(file).equals(Optional.of(SignalFormat.WAV));
    OptionalInt rate = ofResponse ? OptionalInt.empty() : rawRate;
    try (SignalSource source = SignalReader.open(file, tensor, rate, this::note)) {
      SignalForm form = source.form();
      files.requireFits(form);
      ResponseKernel kernel = options.read(form, rawRate, this::note);
      try (ResponseRun run =
          new ResponseRun(source, kernel, options.mix(), options.tail(), backend)) {
        files.requireRoom(run.outputChannels(), run.outputLength());
        report(run, backend);
      }
    }
  }

  private void report(ResponseRun run, Backend backend) throws IOException {
    boolean checked = !backend.name().equals(Backends.reference().name());
    ResponseCheck check;
    Deviation deviation;
    try (PercentProgress progress = new PercentProgress("run")) {
      progress.at("convolving");
      run.compute(progress);
      progress.at("timing");
      run.time();
      progress.at("checking");
      check = new ResponseCheck(run);
      deviation = checked ? check.measure(channels) : Deviation.NONE;
    }
    PrintWriter out = files.takeStandardOutput() ? line.getErr() : line.getOut();
    ResponseReport report = new ResponseReport(run, check, backend, checked, deviation);
    out.println(report.heading());
    out.println(report.table());
    out.println(report.explanation(channels));
    out.flush();
    report.requirePassed();
    try (ResponseResult result = new ResponseResult(run)) {
      files.write(result).forEach(out::println);
    }
    out.flush();
  }

  private void note(String text) {
    FailureReport.line(line, "note: " + text);
  }
}
