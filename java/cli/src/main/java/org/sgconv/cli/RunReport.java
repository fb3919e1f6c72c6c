package org.sgconv.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.sgconv.Backend;
import org.sgconv.BackendInfo;
import org.sgconv.DecayLaw;
import org.sgconv.cli.report.TextTable;
import org.sgconv.cli.run.KernelAndSkip;
import org.sgconv.cli.run.LayerRun;
import org.sgconv.cli.run.RunOutput;
import org.sgconv.cli.run.Step;
import org.sgconv.cli.run.Timing;
import org.sgconv.cli.signal.SignalForm;
import org.sgconv.device.Device;
import org.sgconv.device.Stream;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.oracle.Deviation;
import org.sgconv.tensor.Tensor;

/** What a run tells: what was computed where, how fast, and how far from the reference. */
final class RunReport {

  private final SignalForm signal;
  private final LayerRun run;
  private final BackendInfo backend;
  private final String place;
  private final Map<RunOutput, Deviation> deviations;

  /**
   * Reports a run.
   *
   * @param deviations of each result, or none if the reference itself ran
   */
  RunReport(
      SignalForm signal, LayerRun run, Backend backend, Map<RunOutput, Deviation> deviations) {
    this.signal = signal;
    this.run = run;
    this.backend = backend.info();
    this.place = place(backend);
    this.deviations = deviations;
  }

  /** Signal, kernel and backend, a line each. */
  String heading() {
    return String.format(
        Locale.ROOT,
        "signal   %s: %s%nkernel   %s%nbackend  %s %s: %s, %s%n",
        signal.name(),
        Quantities.length(signal),
        kernel(),
        backend.name(),
        backend.version(),
        backend.instructionSet(),
        place);
  }

  /** What computed: the device of the backend's stream, or threads of the host and which host. */
  static String place(Backend backend) {
    if (!Device.all(backend).isEmpty()) {
      return Stream.of(backend).device().name();
    }
    BackendInfo info = backend.info();
    return Quantities.count(info.threads(), "thread") + ", " + info.devices().getFirst();
  }

  /** The kernel in words. */
  String kernel() {
    return describe(run.layer());
  }

  /** The kernel of a layer in words, after the layer's name. */
  static String describe(KernelAndSkip layer) {
    KernelSpec spec = layer.parameters().spec();
    String decay =
        (spec.decay() == DecayLaw.POWER ? "power law " : "multiplier ")
            + range(spec.decayMin(), spec.decayMax());
    return String.format(
        Locale.ROOT,
        "%s: %s, %s, %s of %d parameters, %s%s",
        layer.name(),
        spec.mode().name().toLowerCase(Locale.ROOT),
        spec.composition().name().toLowerCase(Locale.ROOT),
        Quantities.count(spec.scales(), "scale"),
        spec.kernelDim(),
        decay,
        spec.heads() == 1 ? "" : ", " + spec.heads() + " heads");
  }

  private static String range(double min, double max) {
    return min == max ? plain(min) : plain(min) + " to " + plain(max);
  }

  private static String plain(double value) {
    return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
  }

  /** One line a step. */
  String table() {
    TextTable table =
        new TextTable(3, "step", "shape", "backend", "ms", "Msamples/s", "GB/s", "error");
    for (Step step : Step.values()) {
      Timing timing = run.timings().get(step);
      if (timing == null) {
        throw new IllegalStateException(step + " was not run");
      }
      table.row(
          step.label(),
          shape(step).shape().toString(),
          backend.name(),
          Quantities.number(1e3 * timing.seconds()),
          Quantities.number(1e-6 * shape(step).elementCount() / timing.seconds()),
          Quantities.number(1e-9 * leastBytes(step) / timing.seconds()),
          error(step));
    }
    return table.render();
  }

  /** The worst error of what a step computed within the range of float32. */
  private String error(Step step) {
    List<Deviation> judged =
        deviations.entrySet().stream()
            .filter(entry -> entry.getKey().step() == step)
            .map(Map.Entry::getValue)
            .toList();
    if (judged.isEmpty()) {
      return "-";
    }
    return judged.stream()
        .filter(deviation -> !deviation.leavesRange())
        .reduce(Deviation::worst)
        .map(worst -> Quantities.error(worst.relative()))
        .orElse("out of range");
  }

  /** The tensor that says how big a step is: the one whose elements are counted as samples. */
  private Tensor shape(Step step) {
    return switch (step) {
      case KERNEL, PARAMETERS -> run.kernel();
      case FORWARD, BACKWARD -> run.input();
    };
  }

  /** Bytes if every operand were read once and every result written once. */
  private long leastBytes(Step step) {
    Tensor weights = run.weightGradient();
    return switch (step) {
      case KERNEL, PARAMETERS -> bytes(weights, run.kernel());
      case FORWARD -> bytes(run.input(), run.output());
      case BACKWARD -> bytes(run.input(), run.output(), run.inputGradient(), run.kernelGradient());
    };
  }

  private static long bytes(Tensor... tensors) {
    return Arrays.stream(tensors).mapToLong(Tensor::byteSize).sum();
  }

  /** What the columns mean and whether the check passed. */
  String explanation(int rows) {
    String checked =
        deviations.isEmpty()
            ? "Not checked: the reference itself computed this."
            : String.format(
                Locale.ROOT,
                "Checked %d of %d kernels against the float64 reference: %s (error relative to what"
                    + " is carried).",
                rows,
                signal.hidden(),
                verdict());
    return checked + " Median times; GB/s counts each operand once.";
  }

  /** What to know where values leave the range of float32, on one line. */
  Optional<String> rangeNote() {
    String names =
        deviations.entrySet().stream()
            .filter(entry -> entry.getValue().leavesRange())
            .map(entry -> entry.getKey().label())
            .collect(Collectors.joining(", "));
    return names.isEmpty()
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "Out of float32's range (1e-38 to 3e38; values on the way grow by up to L): %s."
                    + " Scale the signal to about 1, or compute in float64 with --backend"
                    + " reference",
                names));
  }

  private String verdict() {
    if (!deviations.values().stream().allMatch(Deviation::isAccepted)) {
      return "FAILED";
    }
    return deviations.values().stream().anyMatch(Deviation::leavesRange)
        ? "passed, but for what is out of range"
        : "passed";
  }

  /**
   * Ends the command with status 1 if a result is off.
   *
   * @throws CheckFailedException naming the first one
   */
  void requirePassed() {
    deviations.forEach(
        (output, deviation) -> {
          if (!deviation.isAccepted()) {
            throw new CheckFailedException(
                String.format(
                    Locale.ROOT,
                    "%s on %s is off: %s is %s; nothing was written. Run './sgconv verify --backend"
                        + " %s': if that fails too, report it with its output; if it passes, report"
                        + " this line with the signal",
                    output.step().label(),
                    backend.name(),
                    output.label(),
                    deviation.describe(),
                    backend.name()));
          }
        });
  }
}
