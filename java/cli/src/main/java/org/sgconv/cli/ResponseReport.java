package org.sgconv.cli;

import java.util.Locale;
import org.sgconv.Backend;
import org.sgconv.BackendInfo;
import org.sgconv.cli.audio.SpooledSound;
import org.sgconv.cli.report.TextTable;
import org.sgconv.cli.run.ResponseCheck;
import org.sgconv.cli.run.ResponseKernel;
import org.sgconv.cli.run.ResponseRun;
import org.sgconv.cli.run.Timing;
import org.sgconv.cli.signal.SignalForm;
import org.sgconv.oracle.Deviation;

/** What a run with an impulse response tells. */
final class ResponseReport {

  private final ResponseRun run;
  private final ResponseCheck check;
  private final BackendInfo backend;
  private final String place;
  private final boolean checked;
  private final Deviation deviation;

  /**
   * Reports a run.
   *
   * @param checked whether anything was, as the reference itself is not
   */
  ResponseReport(
      ResponseRun run, ResponseCheck check, Backend backend, boolean checked, Deviation deviation) {
    this.run = run;
    this.check = check;
    this.backend = backend.info();
    this.place = RunReport.place(backend);
    this.checked = checked;
    this.deviation = deviation;
  }

  /** Signal, kernel, output and backend, a line each. */
  String heading() {
    SignalForm signal = run.signal().form();
    ResponseKernel kernel = run.kernel();
    return String.format(
        Locale.ROOT,
        "signal   %s: %s%nkernel   %s, %s%noutput   %s, %s of the response%nbackend  %s %s: %s,"
            + " %s%n",
        signal.name(),
        Quantities.length(signal),
        kernel.describe(),
        Quantities.length(response(kernel)),
        Quantities.length(output()),
        Quantities.share(run.mix()),
        backend.name(),
        backend.version(),
        backend.instructionSet(),
        place);
  }

  private SignalForm response(ResponseKernel kernel) {
    return new SignalForm(
        kernel.name(),
        kernel.response().channelCount(),
        1,
        kernel.response().length(),
        run.signal().form().sampleRate());
  }

  private SignalForm output() {
    SpooledSound sound = run.output();
    SignalForm signal = run.signal().form();
    return new SignalForm(
        signal.name(), sound.channelCount(), 1, sound.frameCount(), signal.sampleRate());
  }

  /** One line a step. */
  String table() {
    boolean rated = run.signal().form().sampleRate().isPresent();
    TextTable table =
        new TextTable(3, "step", "samples", "backend", "ms", "Msamples/s", "x real time", "error");
    String error = checked ? Quantities.error(deviation.relative()) : "-";
    int rows = run.signal().rowCount();
    ResponseKernel kernel = run.kernel();
    row(
        table,
        "prepare",
        kernel.response().channelCount(),
        kernel.response().length(),
        run.prepared(),
        false,
        "");
    row(table, "convolve", rows, run.timedFrames(), run.convolved(), rated, error);
    row(table, "file to file", rows, run.signal().form().length(), run.whole(), rated, error);
    return table.render();
  }

  private void row(
      TextTable table,
      String step,
      int rows,
      long length,
      Timing timing,
      boolean rated,
      String error) {
    double rate = run.kernel().response().sampleRate();
    table.row(
        step,
        "(" + rows + ", " + length + ")",
        backend.name(),
        Quantities.number(1e3 * timing.seconds()),
        Quantities.number(1e-6 * rows * length / timing.seconds()),
        rated ? Quantities.number(length / rate / timing.seconds()) : "",
        error);
  }

  /** What the columns mean and whether the check passed. */
  String explanation(int channels) {
    String text =
        checked
            ? String.format(
                Locale.ROOT,
                "Checked %d x %d samples in %d of %d channels against the float64 reference: %s"
                    + " (error relative to what is carried).",
                check.stretches(),
                check.stretch(),
                Math.min(channels, run.output().channelCount()),
                run.output().channelCount(),
                verdict())
            : "Not checked: the reference itself computed this.";
    return text + " 'convolve' is the median of calls in memory, 'file to file' the one run.";
  }

  private String verdict() {
    if (!deviation.isAccepted()) {
      return "FAILED";
    }
    return deviation.leavesRange() ? "passed, but for what is out of float32's range" : "passed";
  }

  /**
   * Ends the command with status 1 if the result is off.
   *
   * @throws CheckFailedException saying where
   */
  void requirePassed() {
    if (!deviation.isAccepted()) {
      throw new CheckFailedException(
          String.format(
              Locale.ROOT,
              "the convolution on %s is off: %s; nothing was written. Run './sgconv verify --backend"
                  + " %s': if that fails too, report it with its output; if it passes, report this"
                  + " line with the signal and the response",
              backend.name(),
              deviation.describe(),
              backend.name()));
    }
  }
}
