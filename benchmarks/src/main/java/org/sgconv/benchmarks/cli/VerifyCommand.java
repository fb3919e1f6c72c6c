package org.sgconv.benchmarks.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.InvalidArgumentException;
import org.sgconv.SgConvException;
import org.sgconv.benchmarks.check.Deviation;
import org.sgconv.benchmarks.check.Tolerance;
import org.sgconv.benchmarks.report.Progress;
import org.sgconv.benchmarks.report.TextTable;
import org.sgconv.benchmarks.verify.GroupReport;
import org.sgconv.benchmarks.verify.Sweep;
import org.sgconv.benchmarks.verify.VerifyCase;
import org.sgconv.benchmarks.verify.VerifyCase.Group;
import org.sgconv.benchmarks.verify.VerifyCase.Result;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Compares a backend with the reference over awkward sizes. */
@Command(
    name = "verify",
    description =
        "Compare every result of a backend with the float64 reference: all modes, lengths from 1 to"
            + " 1,000,000, gates, skips, gradients and every kind of kernel. Exit status 1 if one"
            + " is off.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class VerifyCommand implements Callable<Integer> {

  private static final int MOST_REPORTED = 5;

  @SuppressWarnings("NullAway.Init") // Set by picocli before call().
  @Spec
  private CommandSpec spec;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of sizes and values. Default: ${DEFAULT-VALUE}.")
  private long seed = 1;

  @Option(names = "--quick", description = "Leave lengths above 4097 out.")
  private boolean quick;

  @Option(
      names = "--case",
      paramLabel = "CASE",
      description = "Only this case, as a failure names it.")
  private @Nullable String only;

  @Mixin private final BackendOptions backends = new BackendOptions();

  private final Map<Group, GroupReport> groups = new LinkedHashMap<>();
  private final List<String> failures = new ArrayList<>();

  @Override
  public Integer call() {
    Backend candidate = candidate();
    List<VerifyCase> cases =
        only == null ? Sweep.cases(seed, quick) : List.of(VerifyCase.parse(only));
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "%s against the float64 reference, seed %d, %s%n%n",
        candidate.name(), seed, Quantities.count(cases.size(), "case"));
    out.flush();
    try (Progress progress =
        Progress.onStandardError("verify", cases.size(), Terminal.isStandardError())) {
      for (VerifyCase each : cases) {
        progress.at(each.id());
        check(each, candidate);
        progress.step();
      }
    }
    out.println(table());
    out.flush();
    conclude(candidate, cases.size(), out);
    return ExitStatus.OK;
  }

  private Backend candidate() {
    Backend candidate = backends.choose();
    if (candidate.name().equals(Backends.reference().name())) {
      throw new InvalidArgumentException(
          "the reference cannot be verified against itself: name another backend with --backend;"
              + " 'sgconv info' says why one is not available");
    }
    return candidate;
  }

  private void check(VerifyCase each, Backend candidate) {
    GroupReport group = groups.computeIfAbsent(each.group(), name -> new GroupReport());
    try {
      Map<Result, Deviation> deviations = each.measure(candidate, Backends.reference(), seed);
      boolean passed = deviations.values().stream().allMatch(Tolerance.FLOAT32::accepts);
      group.add(deviations, passed);
      if (!passed) {
        failures.add(describe(each, deviations, candidate));
      }
    } catch (SgConvException failure) {
      group.add(Map.of(), false);
      failures.add(each.id() + ": " + failure.getMessage() + replay(each, candidate));
    }
  }

  private String describe(VerifyCase each, Map<Result, Deviation> deviations, Backend candidate) {
    List<String> parts = new ArrayList<>();
    deviations.forEach(
        (result, deviation) -> {
          if (!Tolerance.FLOAT32.accepts(deviation)) {
            parts.add(
                "%s is off by %s (relative L2), at most %s of rms"
                    .formatted(
                        result.label(),
                        Quantities.error(deviation.relativeL2()),
                        Quantities.error(deviation.largest())));
          }
        });
    return each.id() + ": " + String.join(", ", parts) + replay(each, candidate);
  }

  private String replay(VerifyCase each, Backend candidate) {
    return "%n  replay: ./sgconv verify --backend %s --seed %d --case %s"
        .formatted(candidate.name(), seed, each.id());
  }

  private String table() {
    TextTable table =
        new TextTable(1, "what", "length", "cases", "forward", "gradients", "largest", "failed");
    groups.forEach(
        (group, report) ->
            table.row(
                group.what(),
                group.length(),
                String.valueOf(report.cases()),
                Quantities.error(report.forward().relativeL2()),
                Quantities.error(report.backward().relativeL2()),
                Quantities.error(report.forward().worst(report.backward()).largest()),
                report.failures() == 0 ? "" : String.valueOf(report.failures())));
    return table.render();
  }

  private void conclude(Backend candidate, int count, PrintWriter out) {
    if (failures.isEmpty()) {
      out.printf(
          "passed: relative L2 at most %s, largest error at most %s of rms%n",
          Quantities.error(Tolerance.FLOAT32.relativeL2()),
          Quantities.error(Tolerance.FLOAT32.largest()));
      out.flush();
      return;
    }
    failures.stream().limit(MOST_REPORTED).forEach(out::println);
    if (failures.size() > MOST_REPORTED) {
      out.println("and " + (failures.size() - MOST_REPORTED) + " more");
    }
    out.flush();
    throw new CheckFailedException(
        "%d of %d cases on %s are off; the first: %s"
            .formatted(failures.size(), count, candidate.name(), failures.getFirst()));
  }
}
