package org.sgconv.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.SgConvException;
import org.sgconv.cli.golden.GoldenFolder;
import org.sgconv.cli.golden.GoldenFolder.Result;
import org.sgconv.cli.golden.GoldenFolder.Worst;
import org.sgconv.cli.report.Progress;
import org.sgconv.cli.report.TextTable;
import org.sgconv.tensor.DType;

/** Compares a folder of golden files, with a table of errors and a line for each miss. */
final class GoldenReport {

  private final PrintWriter out;
  private final boolean strict;
  private final TextTable table =
      new TextTable(3, "file", "kind", "worst tensor", "error", "of bound", "tensors", "off");
  private final List<String> failures = new ArrayList<>();
  private final List<String> unsupported = new ArrayList<>();

  GoldenReport(PrintWriter out, boolean strict) {
    this.out = out;
    this.strict = strict;
  }

  /**
   * Compares all files of a folder.
   *
   * @param wanted the type to compute in, or null for the backend's usual one
   * @throws CheckFailedException if one is off, or strictly speaking not supported
   */
  void run(GoldenFolder folder, Backend backend, @Nullable DType wanted) {
    boolean reference = backend.name().equals(Backends.reference().name());
    DType type = wanted == null ? (reference ? DType.FLOAT64 : DType.FLOAT32) : wanted;
    out.printf(
        Locale.ROOT,
        "%s in %s against %s%n%n",
        backend.name(),
        type,
        Quantities.count(folder.files().size(), "golden file"));
    out.flush();
    try (Progress progress =
        Progress.onStandardError("golden", folder.files().size(), Terminal.isStandardError())) {
      for (Path file : folder.files()) {
        progress.at(String.valueOf(file.getFileName()));
        check(file, backend, type);
        progress.step();
      }
    }
    out.println(table.render());
    conclude(folder.files().size());
  }

  private void check(Path file, Backend backend, DType type) {
    try {
      add(GoldenFolder.compare(file, backend, type));
    } catch (SgConvException failure) {
      String name = String.valueOf(file.getFileName()).replaceFirst("\\.safetensors$", "");
      table.row(name, "", "fails", "", "", "", "");
      failures.add(name + ": " + failure.getMessage());
    }
  }

  private void add(Result result) {
    if (result.worst().isEmpty()) {
      unsupported.add(result.name());
      table.row(result.name(), result.kind(), "not supported yet", "", "", "", "");
      return;
    }
    Worst worst = result.worst().get();
    table.row(
        result.name(),
        result.kind(),
        worst.tensor(),
        Quantities.error(worst.error()),
        Quantities.share(worst.error() / worst.bound()),
        String.valueOf(result.tensors()),
        result.misses().isEmpty() ? "" : String.valueOf(result.misses().size()));
    for (Worst miss : result.misses()) {
      failures.add(
          String.format(
              Locale.ROOT,
              "%s: %s is off by %.1e, the bound is %.1e",
              result.name(),
              miss.tensor(),
              miss.error(),
              miss.bound()));
    }
  }

  private void conclude(int files) {
    failures.forEach(out::println);
    if (!unsupported.isEmpty()) {
      out.println(
          Quantities.count(unsupported.size(), "file")
              + " of a kind that is not supported yet: "
              + String.join(", ", unsupported));
    }
    int compared = files - unsupported.size();
    if (failures.isEmpty() && (unsupported.isEmpty() || !strict)) {
      out.println("passed: " + Quantities.count(compared, "file") + " within the bounds");
      out.flush();
      return;
    }
    out.flush();
    throw new CheckFailedException(
        failures.isEmpty()
            ? Quantities.count(unsupported.size(), "file") + " not supported, with --strict"
            : Quantities.count(failures.size(), "miss").replace("misss", "misses")
                + "; the first: "
                + failures.getFirst());
  }
}
