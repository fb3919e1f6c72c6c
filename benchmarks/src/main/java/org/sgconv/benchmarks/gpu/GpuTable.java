package org.sgconv.benchmarks.gpu;

import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sgconv.cli.report.TextTable;

/** The results as text for a terminal. */
public final class GpuTable {

  private final GpuResults results;

  /** A table of {@code results}. */
  public GpuTable(GpuResults results) {
    this.results = results;
  }

  /** Machine, bandwidth, a line for each case and library, and what was not measured. */
  public String render() {
    TextTable table =
        new TextTable(
            4,
            "B,H,L",
            "type",
            "operation",
            "library",
            "ms",
            "max/min",
            "% limit",
            "x pytorch",
            "GiB held",
            "2 runs",
            "error");
    StringBuilder failures = new StringBuilder();
    for (GpuMeasurement each : results.measurements()) {
      if (each.failure() == null) {
        table.row(cells(each));
      } else {
        failures.append(
            String.format(
                Locale.ROOT,
                "not measured: %s %s, %s %s %s: %s%n",
                each.library(),
                each.path(),
                shape(each),
                each.type(),
                each.operation(),
                each.failure()));
      }
    }
    return heading() + table.render() + failures;
  }

  private String heading() {
    GpuMachine machine = results.machine();
    String warning =
        machine.emulated()
            ? String.format(Locale.ROOT, "EMULATED DEVICE: these times say nothing about any GPU%n")
            : "";
    String cut =
        results.finished()
            ? ""
            : String.format(Locale.ROOT, "CUT OFF before every case had its turn%n");
    return warning
        + cut
        + String.format(
            Locale.ROOT,
            "%s: %s, JDK %s, commit %s%n",
            machine.gpu(),
            machine.device(),
            machine.jdk(),
            machine.commit())
        + String.format(
            Locale.ROOT,
            "copy on the device %.0f GB/s (read and written), measured in this run; PyTorch: %s%n%n",
            results.copyBytesPerSecond() * 1e-9,
            results.torch());
  }

  private String[] cells(GpuMeasurement each) {
    boolean ours = each.library().equals(GpuMeasurement.SGCONV);
    OptionalDouble torch = ours ? results.fastestTorch(each) : OptionalDouble.empty();
    return new String[] {
      shape(each),
      each.type(),
      each.operation(),
      each.library() + " " + each.path(),
      text("%.4g", each.medianMs()),
      each.mostMs() == null || each.leastMs() == null
          ? "-"
          : text("%.2f", each.mostMs() / each.leastMs()),
      each.partOfLimit() == null ? "-" : text("%.0f", 100 * each.partOfLimit()),
      torch.isEmpty() || each.medianMs() == null
          ? "-"
          : text("%.2f", torch.getAsDouble() / each.medianMs()),
      each.heldBytes() == null ? "-" : text("%.2f", each.heldBytes() / (double) (1L << 30)),
      each.repeated() == null ? "-" : "same bits",
      each.checks().isEmpty() ? "-" : errors(each)
    };
  }

  private static String errors(GpuMeasurement each) {
    return each.checks().stream()
        .map(check -> String.format(Locale.ROOT, "%s %.1e", check.result(), check.relativeError()))
        .collect(Collectors.joining(", "));
  }

  private static String shape(GpuMeasurement each) {
    return each.batch() + "," + each.hidden() + "," + each.length();
  }

  private static String text(String pattern, @Nullable Double value) {
    return value == null ? "-" : String.format(Locale.ROOT, pattern, value);
  }
}
