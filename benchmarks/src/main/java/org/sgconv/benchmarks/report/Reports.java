package org.sgconv.benchmarks.report;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.sgconv.InvalidArgumentException;
import org.sgconv.benchmarks.model.Results;
import org.sgconv.cli.plot.Charts;
import org.sgconv.cli.plot.FontsMissingException;
import org.sgconv.cli.report.OutputFile;

/**
 * The files of a run: {@code cpu}, {@code gpu} or {@code signals} with {@code .json}, {@code .txt},
 * {@code .png}. Of a run that has not come to its end they are called {@code cpu-unfinished} and so
 * on, so that it takes the place of no whole one.
 */
public final class Reports {

  /** Folder of those that are kept. */
  public static final String RESULTS = "results";

  private static final String JSON = ".json";
  private static final String TABLE = ".txt";
  private static final String PLOT = ".png";
  private static final List<String> TYPES = List.of(JSON, TABLE, PLOT);

  private Reports() {}

  /** What was measured: {@code cpu}, {@code gpu} or {@code signals}. */
  public static String subject(Results results) {
    if (results.machine().gpu() != null) {
      return "gpu";
    }
    return results.areOfSignals() ? "signals" : "cpu";
  }

  private static String unfinished(Results results) {
    return subject(results) + "-unfinished";
  }

  private static String name(Results results) {
    return results.finished() ? subject(results) : unfinished(results);
  }

  /** Deletes what was kept while these results were measured. */
  public static void deleteUnfinished(Results finished, Path folder) throws IOException {
    for (String type : TYPES) {
      Files.deleteIfExists(folder.resolve(unfinished(finished) + type));
    }
  }

  /** Writes the JSON alone. */
  public static void keep(Results results, Path folder) {
    OutputFile.write(
        prepared(results, folder).resolve(name(results) + JSON),
        to -> ResultsJson.write(results, to));
  }

  /** Writes all and prints the table. */
  public static void write(Results results, Path folder, PrintWriter out) {
    keep(results, folder);
    String name = name(results);
    String table = new Table(results).render();
    out.println(table);
    OutputFile.write(
        folder.resolve(name + TABLE), to -> to.write(table.getBytes(StandardCharsets.UTF_8)));
    out.println("wrote " + name + TABLE + " and " + name + JSON + " to " + folder);
    out.println(plot(results, folder.resolve(name + PLOT)));
    out.flush();
  }

  private static String plot(Results results, Path file) {
    if (ModuleLayer.boot().findModule("java.desktop").isEmpty()) {
      return "no plot: this Java cannot draw; 'sgconv bench --"
          + subject(results)
          + " --from "
          + name(results)
          + JSON
          + "' does elsewhere";
    }
    try {
      Charts.requireFonts();
    } catch (FontsMissingException missing) {
      return String.valueOf(missing.getMessage());
    }
    OutputFile.write(file, to -> draw(results, to));
    return "wrote " + file.getFileName();
  }

  private static void draw(Results results, OutputStream to) throws IOException {
    if (results.areOfSignals()) {
      new SignalPlot(results).writeTo(to);
    } else {
      new Plot(results).writeTo(to);
    }
  }

  /** The folder, which is there. Numbers of the emulated device must not be taken for results. */
  private static Path prepared(Results results, Path folder) {
    boolean kept =
        Arrays.stream(folder.toAbsolutePath().normalize().toString().split("/", -1))
            .anyMatch(RESULTS::equals);
    if (kept && results.machine().isEmulated()) {
      throw new InvalidArgumentException(
          "these are times of the emulated device, which say nothing about any GPU: they are not"
              + " written below a folder named '"
              + RESULTS
              + "' ("
              + folder
              + ")");
    }
    return OutputFile.createFolder(folder);
  }
}
