package org.sgconv.benchmarks.cpu;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.sgconv.benchmarks.limit.MachineLimits;
import org.sgconv.cli.report.TextTable;

/** The results as text for a terminal. */
public final class CpuTable {

  private final CpuResults results;

  /** A table of {@code results}. */
  public CpuTable(CpuResults results) {
    this.results = results;
  }

  /** Machine, limits and one line for every case and contender, the fastest of a case first. */
  public String render() {
    TextTable table =
        new TextTable(
            2,
            "operation (B,H,L)",
            "library",
            "median ms",
            "max/min",
            "x best peer",
            "GB/s",
            "% limit",
            "B/op",
            "caller B/op",
            "error");
    for (BenchmarkCase what : results.plan().cases()) {
      List<Measurement> done =
          results.of(what).stream()
              .filter(Measurement::isComplete)
              .sorted(Comparator.comparingDouble(Measurement::medianMs))
              .toList();
      for (Measurement measurement : done) {
        table.row(cells(measurement, measurement == done.getFirst()));
      }
    }
    return header() + table.render() + remarks();
  }

  private String header() {
    Machine machine = results.machine();
    MachineLimits limits = results.limits();
    return String.format(
        Locale.ROOT,
        "%s, %d of %d processors, tier %s, JDK %s, commit %s%n"
            + "limits measured in this run: copy of %d MiB %.1f GB/s, streaming copy %.1f GB/s,"
            + " multiply-add %.0f Gflop/s (%s)%n%n",
        machine.cpu(),
        results.plan().threads(),
        machine.processors(),
        machine.tier(),
        machine.jdk(),
        machine.commit(),
        limits.copiedBytes() >> 20,
        limits.copyBandwidth() * 1e-9,
        limits.streamingBandwidth() * 1e-9,
        limits.flops() * 1e-9,
        limits.tier());
  }

  private String[] cells(Measurement measurement, boolean first) {
    OptionalDouble best = results.bestPeerMs(measurement.what());
    return new String[] {
      first ? measurement.what().toString() : "",
      measurement.contender().id(),
      format("%.3f", measurement.medianMs()),
      format("%.2f", measurement.spread()),
      best.isPresent() ? format("%.2f", best.getAsDouble() / measurement.medianMs()) : "-",
      format("%.1f", measurement.gigabytesPerSecond()),
      format("%.0f", 100 * measurement.partOfLimit(results.limits())),
      format("%.0f", measurement.bytesPerOperation()),
      format("%.0f", measurement.callerBytesPerOperation())
          + (measurement.allocatesTooMuch() ? " !" : ""),
      format("%.1e", measurement.relativeError())
    };
  }

  private String remarks() {
    StringBuilder text = new StringBuilder();
    for (Measurement measurement : results.measurements()) {
      if (measurement.failure() != null) {
        text.append(
            String.format(
                Locale.ROOT,
                "%nnot measured: %s at %s: %s",
                measurement.contender().id(),
                measurement.what(),
                measurement.failure()));
      }
      if (measurement.allocatesTooMuch()) {
        text.append(
            String.format(
                Locale.ROOT,
                "%n! do not trust the time of %s at %s: a call allocates %.0f bytes of Java heap, at"
                    + " most %d are expected; was its Java code compiled?",
                measurement.contender().id(),
                measurement.what(),
                measurement.mostCallerBytesPerOperation(),
                measurement.allocationBound()));
      }
    }
    return text.isEmpty() ? "" : text.append(System.lineSeparator()).toString();
  }

  private static String format(String pattern, double value) {
    return String.format(Locale.ROOT, pattern, value);
  }
}
