package org.sgconv.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.sgconv.Backend;
import org.sgconv.BackendInfo;
import org.sgconv.cli.plot.CorrelationPlot;
import org.sgconv.cli.plot.Curve;
import org.sgconv.cli.report.OutputFile;
import org.sgconv.cli.report.TextTable;
import org.sgconv.cli.run.CorrelationRun;
import org.sgconv.cli.run.CorrelationRun.Match;
import org.sgconv.cli.run.Templates;
import org.sgconv.cli.signal.SignalForm;

/** Where templates were found, as a table, as comma-separated values and as a plot. */
final class CorrelationReport {

  /** What {@link org.sgconv.signal.NormalizedCorrelator} promises, and a rounding to float32. */
  private static final double TOLERANCE = 1e-6 + 0x1p-24;

  private final SignalForm signal;
  private final String template;
  private final Templates templates;
  private final double seconds;
  private final List<Match> matches;
  private final BackendInfo backend;
  private final String place;

  /**
   * Reports a run.
   *
   * @param template the name of its file
   * @param seconds that it took
   */
  CorrelationReport(
      SignalForm signal,
      String template,
      Templates templates,
      double seconds,
      List<Match> matches,
      Backend backend) {
    this.signal = signal;
    this.template = template;
    this.templates = templates;
    this.seconds = seconds;
    this.matches = matches;
    this.backend = backend.info();
    this.place = RunReport.place(backend);
  }

  /** Signal, template and backend, a line each. */
  String heading() {
    SignalForm rows =
        new SignalForm(
            template, templates.rows().length, 1, templates.rows()[0].length, signal.sampleRate());
    return String.format(
        Locale.ROOT,
        "signal    %s: %s%ntemplate  %s: %s%s%nbackend   %s %s: %s, %s%n",
        signal.name(),
        Quantities.length(signal),
        template,
        Quantities.length(rows),
        templates.step(),
        backend.name(),
        backend.version(),
        backend.instructionSet(),
        place);
  }

  /** One line a match, the best first. */
  String table() {
    TextTable table =
        new TextTable(0, "rank", "row", "template", "sample", "time (s)", "correlation", "error");
    for (int i = 0; i < matches.size(); i++) {
      Match match = matches.get(i);
      table.row(
          String.valueOf(i + 1),
          String.valueOf(match.row()),
          String.valueOf(match.template()),
          String.valueOf(match.sample()),
          time(match),
          String.format(Locale.ROOT, "%.6f", match.value()),
          Quantities.error(match.error()));
    }
    return table.render();
  }

  private String time(Match match) {
    OptionalInt rate = signal.sampleRate();
    return rate.isEmpty()
        ? ""
        : String.format(Locale.ROOT, "%.6f", match.sample() / (double) rate.getAsInt());
  }

  /** What was found and how fast. */
  String explanation() {
    long samples = signal.batch() * signal.hidden() * signal.length();
    String found =
        matches.isEmpty()
            ? "No correlation is above 0."
            : String.format(
                Locale.ROOT,
                "Computed again in float64, in two passes: %s.",
                passed() ? "passed" : "FAILED");
    return String.format(
        Locale.ROOT,
        "%s A lag is where the template begins, more than half of its length from the others. %s ms,"
            + " %s Msamples/s.",
        found,
        Quantities.number(1e3 * seconds),
        Quantities.number(1e-6 * samples * templates.rows().length / seconds));
  }

  private boolean passed() {
    return matches.stream().allMatch(match -> match.error() <= TOLERANCE);
  }

  /**
   * Ends the command with status 1 if a value is off.
   *
   * @throws CheckFailedException naming the first one
   */
  void requirePassed() {
    for (Match match : matches) {
      if (!(match.error() <= TOLERANCE)) {
        throw new CheckFailedException(
            String.format(
                Locale.ROOT,
                "the correlation on %s is off: row %d with template %d at sample %d is %s, by %.1e;"
                    + " nothing was written. Report this line with the signal and the template",
                backend.name(),
                match.row(),
                match.template(),
                match.sample(),
                match.value(),
                match.error()));
      }
    }
  }

  /** Writes a header and a line a match; seconds are empty for signals without a rate. */
  void writeCsv(OutputStream out) throws IOException {
    StringBuilder text = new StringBuilder("rank,row,template,sample,seconds,correlation\n");
    for (int i = 0; i < matches.size(); i++) {
      Match match = matches.get(i);
      text.append(i + 1).append(',').append(match.row()).append(',').append(match.template());
      text.append(',').append(match.sample()).append(',').append(time(match));
      text.append(',').append((float) match.value()).append('\n');
    }
    out.write(text.toString().getBytes(StandardCharsets.US_ASCII));
  }

  /** Draws the row and the template of the best match. */
  void writePlot(Path file, CorrelationRun run) {
    int row = matches.isEmpty() ? 0 : matches.getFirst().row();
    int number = matches.isEmpty() ? 0 : matches.getFirst().template();
    List<Match> shown =
        matches.stream().filter(m -> m.row() == row && m.template() == number).toList();
    CorrelationPlot plot = new CorrelationPlot(title(row, number), signal.sampleRate());
    double step = plot.timeStep();
    Curve peaks =
        new Curve(
            shown.stream().mapToDouble(match -> match.sample() * step).toArray(),
            shown.stream().mapToDouble(Match::value).toArray());
    Curve wave = run.signalCurve(row, step);
    Curve correlation = run.correlationCurve(row, number, step);
    OutputFile.write(file, out -> plot.write(wave, signal.length(), correlation, peaks, out));
  }

  private String title(int row, int number) {
    boolean many = signal.batch() * signal.hidden() > 1 || templates.rows().length > 1;
    return signal.name()
        + ", template "
        + template
        + (many ? ": row " + row + " with template " + number : "");
  }
}
