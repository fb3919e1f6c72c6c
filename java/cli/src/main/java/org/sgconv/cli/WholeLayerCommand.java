package org.sgconv.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.function.Supplier;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.cli.report.Progress;
import org.sgconv.cli.run.Timing;
import org.sgconv.cli.run.WholeLayer;
import org.sgconv.cli.run.WholeLayerCheck;
import org.sgconv.cli.run.WholeLayerPlan;
import org.sgconv.cli.run.WholeLayerRun;
import org.sgconv.cli.signal.Signal;
import org.sgconv.cli.signal.SignalForm;
import picocli.CommandLine;

/** {@code run} with a whole layer: computes, checks, prints and writes. */
final class WholeLayerCommand {

  private static final int STEPS = 4;

  private final CommandLine line;
  private final KernelOptions options;
  private final OutputOptions files;
  private final int checkedRows;

  /**
   * One run.
   *
   * @param checkedRows hidden rows whose convolution is checked at most; 0 to check nothing
   */
  WholeLayerCommand(CommandLine line, KernelOptions options, OutputOptions files, int checkedRows) {
    this.line = line;
    this.options = options;
    this.files = files;
    this.checkedRows = checkedRows;
  }

  /** Applies the layer to a signal, which is read once there is room for what it becomes. */
  void apply(SignalForm form, Supplier<Signal> reading, Backend backend) throws IOException {
    try (WholeLayer whole = options.wholeLayer(form, backend)) {
      WholeLayerPlan.requireRoom(backend, whole, form, checkedRows);
      try (Signal signal = reading.get();
          WholeLayerRun run = new WholeLayerRun(whole, backend, signal.values())) {
        report(form, run);
      }
    }
  }

  private void report(SignalForm signal, WholeLayerRun run) throws IOException {
    WholeLayerReport report = compute(signal, run);
    // A result in the middle of a report would be neither.
    PrintWriter out = files.takeStandardOutput() ? line.getErr() : line.getOut();
    out.println(report.heading());
    out.println(report.table());
    out.println(report.explanation());
    out.flush();
    report.requirePassed();
    report.rangeNote().ifPresent(out::println);
    files.write(new WholeLayerResult(signal, run, report.layer())).forEach(out::println);
    out.flush();
  }

  private WholeLayerReport compute(SignalForm signal, WholeLayerRun run) {
    try (Progress progress = Progress.onStandardError("run", STEPS, Terminal.isStandardError())) {
      progress.at("first call");
      run.begin();
      progress.step();
      progress.at("layer");
      Timing layer = run.apply();
      progress.step();
      progress.at("convolution");
      Timing convolution = run.convolve();
      progress.step();
      progress.at("checking");
      Optional<WholeLayerCheck.Result> check =
          checkedRows == 0
              ? Optional.empty()
              : Optional.of(new WholeLayerCheck(run, Backends.reference(), checkedRows).measure());
      return new WholeLayerReport(signal, run, layer, convolution, check);
    }
  }
}
