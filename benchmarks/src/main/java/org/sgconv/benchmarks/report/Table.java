package org.sgconv.benchmarks.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sgconv.benchmarks.limit.MachineLimits;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Machine;
import org.sgconv.benchmarks.model.Measurement;
import org.sgconv.benchmarks.model.Results;
import org.sgconv.cli.report.TextTable;

/** The results as text for a terminal. */
public final class Table {

  private static final int TEXT_COLUMNS = 4;

  private final Results results;

  /** A table of {@code results}. */
  public Table(Results results) {
    this.results = results;
  }

  /**
   * Machine, limits, libraries, one line for every case and contender, the fastest of a case first,
   * and what was not measured. Columns that nobody has a value in are left out.
   */
  public String render() {
    List<List<Measurement>> groups = new ArrayList<>();
    for (BenchmarkCase what : results.cases()) {
      groups.add(
          results.of(what).stream()
              .filter(Measurement::isComplete)
              .sorted(Comparator.comparingDouble(Measurement::medianMs))
              .toList());
    }
    List<Measurement> rows = groups.stream().flatMap(List::stream).toList();
    List<Column> columns =
        columns().stream()
            .filter(column -> rows.stream().anyMatch(row -> column.text().apply(row) != null))
            .toList();
    if (columns.isEmpty()) {
      return header() + remarks();
    }
    TextTable table =
        new TextTable(TEXT_COLUMNS, columns.stream().map(Column::name).toArray(String[]::new));
    for (Measurement row : rows) {
      table.row(columns.stream().map(column -> cell(column, row)).toArray(String[]::new));
    }
    return header() + table.render() + remarks();
  }

  private static String cell(Column column, Measurement row) {
    String text = column.text().apply(row);
    return text == null ? "-" : text;
  }

  private List<Column> columns() {
    return List.of(
        new Column("operation", m -> m.what().operation().id()),
        new Column(results.areOfSignals() ? "B,H,L,K" : "B,H,L", m -> m.what().shape().toString()),
        new Column("type", m -> m.what().typeName()),
        new Column("library", m -> m.contender().toString()),
        new Column("median ms", m -> format("%.4g", m.medianMs())),
        new Column("max/min", m -> format("%.2f", m.times().spread())),
        new Column("x best peer", m -> format("%.2f", results.timesBestPeer(m))),
        new Column("Msamples/s", Table::throughput),
        new Column("GB/s", m -> ofLayers(m) ? format("%.1f", results.gigabytesPerSecond(m)) : null),
        new Column(
            "% limit", m -> ofLayers(m) ? format("%.0f", 100 * results.partOfLimit(m)) : null),
        new Column("B/op", m -> m.heap().isEmpty() ? null : format("%.0f", m.bytesPerOperation())),
        new Column("caller B/op", Table::callerBytes),
        new Column(
            "GiB held",
            m -> m.heldBytes() == null ? null : format("%.2f", m.heldBytes() / (double) (1 << 30))),
        new Column("2 runs", m -> m.repeated() == null ? null : "same bits"),
        new Column("error", m -> m.checks().isEmpty() ? null : errors(m)));
  }

  /** A limit is not known of signals, whose least work depends on the blocks. */
  private static boolean ofLayers(Measurement measurement) {
    return !measurement.what().operation().isSignal();
  }

  private static @Nullable String throughput(Measurement measurement) {
    return ofLayers(measurement) ? null : format("%.4g", measurement.millionSamplesPerSecond());
  }

  private static @Nullable String callerBytes(Measurement measurement) {
    return measurement.heap().isEmpty()
        ? null
        : format("%.0f", measurement.callerBytesPerOperation())
            + (measurement.allocatesTooMuch() ? " !" : "");
  }

  private static String errors(Measurement measurement) {
    return measurement.checks().stream()
        .map(check -> check.result() + " " + format("%.1e", check.relativeError()))
        .collect(Collectors.joining(", "));
  }

  private String header() {
    Machine machine = results.machine();
    StringBuilder text = new StringBuilder();
    if (machine.isEmulated()) {
      text.append(line("EMULATED DEVICE: these times say nothing about any GPU"));
    }
    if (!results.finished()) {
      text.append(line("CUT OFF before every case had its turn"));
    }
    if (machine.gpu() == null) {
      text.append(
          line(
              String.format(
                  Locale.ROOT,
                  "%s, %d of %d processors, tier %s, JDK %s, commit %s",
                  machine.cpu(),
                  results.threads(),
                  machine.processors(),
                  machine.tier(),
                  machine.jdk(),
                  machine.commit())));
    } else {
      text.append(
          line(
              String.format(
                  Locale.ROOT,
                  "%s: %s, JDK %s, commit %s",
                  machine.gpu().product(),
                  machine.gpu().device(),
                  machine.jdk(),
                  machine.commit())));
    }
    text.append(line("limits measured in this run: " + limits()));
    results.libraries().forEach((name, what) -> text.append(line(name + ": " + what)));
    return text + System.lineSeparator();
  }

  private String limits() {
    MachineLimits limits = results.limits();
    String copy =
        String.format(
            Locale.ROOT,
            "copy of %d MiB %.1f GB/s (read and written)",
            limits.copiedBytes() >> 20,
            limits.copyBandwidth() * 1e-9);
    return limits.flops() == 0
        ? copy
        : String.format(
            Locale.ROOT,
            "%s, streaming copy %.1f GB/s, multiply-add %.0f Gflop/s (%s)",
            copy,
            limits.streamingBandwidth() * 1e-9,
            limits.flops() * 1e-9,
            limits.tier());
  }

  private String remarks() {
    StringBuilder text = new StringBuilder();
    SignalGoal.lines(results).forEach(goal -> text.append(line(goal)));
    for (Measurement measurement : results.measurements()) {
      if (measurement.failure() != null) {
        text.append(
            line(
                String.format(
                    Locale.ROOT,
                    "not measured: %s at %s: %s",
                    measurement.contender(),
                    measurement.what(),
                    measurement.failure())));
      }
      if (measurement.allocatesTooMuch()) {
        text.append(
            line(
                String.format(
                    Locale.ROOT,
                    "! do not trust the time of %s at %s: a call allocates %.0f bytes of Java heap, at"
                        + " most %d are expected; was its Java code compiled?",
                    measurement.contender(),
                    measurement.what(),
                    measurement.mostCallerBytesPerOperation(),
                    measurement.allocationBound())));
      }
    }
    return text.toString();
  }

  private static String line(String text) {
    return text + System.lineSeparator();
  }

  private static String format(String pattern, double value) {
    return String.format(Locale.ROOT, pattern, value);
  }

  private static @Nullable String format(String pattern, OptionalDouble value) {
    return value.isEmpty() ? null : format(pattern, value.getAsDouble());
  }
}
