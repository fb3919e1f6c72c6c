package org.sgconv.cli;

import java.util.Locale;
import java.util.Optional;
import org.sgconv.BackendInfo;
import org.sgconv.cli.report.TextTable;
import org.sgconv.cli.run.Timing;
import org.sgconv.cli.run.WholeLayerCheck;
import org.sgconv.cli.run.WholeLayerRun;
import org.sgconv.cli.signal.SignalForm;
import org.sgconv.nn.layer.SgConvSpec;
import org.sgconv.oracle.Deviation;
import org.sgconv.tensor.Tensor;

/** What a run with a whole layer tells. */
final class WholeLayerReport {

  private final SignalForm signal;
  private final WholeLayerRun run;
  private final BackendInfo backend;
  private final Timing layer;
  private final Timing convolution;
  private final Optional<WholeLayerCheck.Result> check;

  /**
   * Reports a run.
   *
   * @param check empty if the reference itself ran
   */
  WholeLayerReport(
      SignalForm signal,
      WholeLayerRun run,
      Timing layer,
      Timing convolution,
      Optional<WholeLayerCheck.Result> check) {
    this.signal = signal;
    this.run = run;
    this.backend = run.backend().info();
    this.layer = layer;
    this.convolution = convolution;
    this.check = check;
  }

  /** Signal, kernel, the rest of the layer and backend, a line each. */
  String heading() {
    return String.format(
        Locale.ROOT,
        "signal   %s: %s%nkernel   %s%nlayer    %s%nbackend  %s %s: %s, %s%n",
        signal.name(),
        Quantities.length(signal),
        RunReport.describe(run.whole().kernel()),
        rest(),
        backend.name(),
        backend.version(),
        backend.instructionSet(),
        RunReport.place(run.backend()));
  }

  /** The whole layer in words. */
  String layer() {
    return RunReport.describe(run.whole().kernel()) + ", " + rest();
  }

  private String rest() {
    SgConvSpec spec = run.whole().layer().spec();
    String norm = spec.transposed() ? "scalar norm, " : "layer norm, ";
    int hidden = spec.kernel().hidden();
    return String.format(
        Locale.ROOT,
        "GELU, %slinear map from %d to %d channels%s",
        spec.norm() ? norm : "",
        (long) spec.kernel().heads() * hidden,
        spec.glu() ? 2L * hidden : hidden,
        spec.glu() ? " with GLU" : "");
  }

  /** One line for the convolution alone, and one for the whole layer. */
  String table() {
    TextTable table =
        new TextTable(3, "step", "shape", "backend", "ms", "Msamples/s", "GB/s", "error");
    row(
        table,
        "convolution",
        convolution,
        run.convolved(),
        check.map(result -> result.kernel().worst(result.convolution())));
    row(table, "layer", layer, run.output(), check.map(WholeLayerCheck.Result::tail));
    return table.render();
  }

  private void row(
      TextTable table, String step, Timing timing, Tensor result, Optional<Deviation> deviation) {
    Tensor input = run.input();
    table.row(
        step,
        result.shape().toString(),
        backend.name(),
        Quantities.number(1e3 * timing.seconds()),
        Quantities.number(1e-6 * input.elementCount() / timing.seconds()),
        Quantities.number(1e-9 * (input.byteSize() + result.byteSize()) / timing.seconds()),
        deviation.map(each -> Quantities.error(each.relative())).orElse("-"));
  }

  /** What the columns mean and whether the check passed. */
  String explanation() {
    return check.map(this::verdict).orElse("Not checked: the reference itself computed this.")
        + " Median times; GB/s counts each operand once.";
  }

  private String verdict(WholeLayerCheck.Result result) {
    String verdict =
        !result.isAccepted()
            ? "FAILED"
            : leavesRange(result) ? "passed, but for what is out of range" : "passed";
    return String.format(
        Locale.ROOT,
        "Checked the convolution of %d of %d rows, and what comes after it at %d of %d positions,"
            + " against the float64 reference: %s (errors relative to what is carried, and to the"
            + " norm of the output).",
        result.rows(),
        signal.hidden(),
        result.positions(),
        signal.batch() * signal.length(),
        verdict);
  }

  private static boolean leavesRange(WholeLayerCheck.Result result) {
    return result.kernel().leavesRange()
        || result.convolution().leavesRange()
        || result.tail().leavesRange();
  }

  /** What to know where values leave the range of float32, on one line. */
  Optional<String> rangeNote() {
    return check
        .filter(WholeLayerReport::leavesRange)
        .map(
            result ->
                "Out of float32's range at some places (1e-38 to 3e38; values on the way grow by up"
                    + " to L, norms square them, and the scalar norm divides by zero where all"
                    + " channels are equal): scale the signal to about 1, or compute in float64"
                    + " with --backend reference");
  }

  /**
   * Ends the command with status 1 if a result is off.
   *
   * @throws CheckFailedException naming the first one
   */
  void requirePassed() {
    check.ifPresent(
        result -> {
          require("the kernel", result.kernel());
          require("the convolution", result.convolution());
          require("the layer's output", result.tail());
        });
  }

  private void require(String what, Deviation deviation) {
    if (!deviation.isAccepted()) {
      throw new CheckFailedException(
          String.format(
              Locale.ROOT,
              "%s on %s is off: %s; nothing was written. Run './sgconv verify --backend %s': if"
                  + " that fails too, report it with its output; if it passes, report this line"
                  + " with the signal and the layer",
              what,
              backend.name(),
              deviation.describe(),
              backend.name()));
    }
  }
}
