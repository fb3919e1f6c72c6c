package org.sgconv.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.HostMemoryException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.SgConvException;
import org.sgconv.cli.golden.GoldenFolder;
import org.sgconv.cli.report.OutputFile;
import org.sgconv.cli.report.Progress;
import org.sgconv.cli.report.TextTable;
import org.sgconv.cli.verify.Sweep;
import org.sgconv.cli.verify.VerifyCase;
import org.sgconv.cli.verify.VerifyCase.Result;
import org.sgconv.cli.verify.VerifyReport;
import org.sgconv.device.DeviceMemoryException;
import org.sgconv.oracle.Deviation;
import org.sgconv.oracle.SignalClass;
import org.sgconv.tensor.DType;
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
            + " 1,000,000, impulses, noise, tones and other signals, gates, skips, gradients and every"
            + " kind of kernel. Exit status 1 if one is off.",
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

  @Option(
      names = "--signals",
      split = ",",
      paramLabel = "NAME",
      description =
          "Only convolutions of these signals, in every mode, such as noise,impulse-last; 'all' for"
              + " every class.")
  private List<String> signals = List.of();

  @Option(
      names = "--lengths",
      split = ",",
      paramLabel = "L",
      description = "Lengths for --signals, such as 256,1000. Without --signals: of every class.")
  private List<BigInteger> lengths = List.of();

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description =
          "Write what came of each class of signals at each length, passed or not; - is standard"
              + " output.")
  private @Nullable Path json;

  @Option(
      names = "--golden",
      paramLabel = "FOLDER",
      description =
          "Instead, compare with what another program computed: every .safetensors file of a folder,"
              + " a convolution, layer or model each, as docs/golden.md describes them.")
  private @Nullable Path golden;

  @Option(
      names = "--strict",
      description = "With --golden: a kind of file that is not supported is a failure.")
  private boolean strict;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description =
          "With --golden: float32 or float64. Default: float64 on the reference, else float32.")
  private @Nullable DType type;

  @Mixin private final BackendOptions backends = new BackendOptions();

  private final VerifyReport report = new VerifyReport();

  @Override
  public Integer call() throws IOException {
    if (golden != null) {
      return goldenFiles(golden);
    }
    if (strict || type != null) {
      throw new InvalidArgumentException("--strict and --type go with --golden: name its folder");
    }
    List<VerifyCase> cases = cases();
    Path file = json == null ? null : OutputPlace.of(json);
    if (file != null) {
      OutputPlace.requireWritable(file);
    }
    Backend candidate = candidate();
    // JSON between the lines of a table would be neither.
    PrintWriter out =
        file != null && OutputFile.isStandardOutput(file)
            ? spec.commandLine().getErr()
            : spec.commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "%s against the float64 reference, seed %d, %s%n%n",
        candidate.name(),
        seed,
        Quantities.count(cases.size(), "case"));
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
    if (file != null) {
      OutputFile.write(file, to -> report.writeTo(candidate.name(), seed, to));
    }
    conclude(candidate, cases.size(), out);
    return ExitStatus.OK;
  }

  private Integer goldenFiles(Path folder) {
    if (quick || only != null || json != null || !signals.isEmpty() || !lengths.isEmpty()) {
      throw new InvalidArgumentException(
          "--golden compares files: leave --quick, --case, --signals, --lengths and --json out");
    }
    new GoldenReport(spec.commandLine().getOut(), strict)
        .run(GoldenFolder.of(folder), backends.choose(), type);
    return ExitStatus.OK;
  }

  private List<VerifyCase> cases() {
    boolean chosen = !signals.isEmpty() || !lengths.isEmpty();
    if (only != null) {
      if (chosen || quick) {
        throw new InvalidArgumentException(
            "--case names one case: leave --signals, --lengths and --quick out");
      }
      return List.of(VerifyCase.parse(only));
    }
    if (!chosen) {
      return Sweep.cases(seed, quick);
    }
    if (quick) {
      throw new InvalidArgumentException("--quick bounds lengths that --lengths names: drop one");
    }
    lengths.forEach(
        length -> {
          if (length.signum() < 1) {
            throw new InvalidArgumentException("--lengths has " + length + ": must be ≥ 1");
          }
          if (length.compareTo(BigInteger.valueOf(VerifyCase.MOST_VALUES)) > 0) {
            throw new InvalidArgumentException(
                "--lengths has "
                    + length
                    + ": too large to verify, the reference holds no more than "
                    + VerifyCase.MOST_VALUES
                    + " values of a signal");
          }
        });
    boolean all = signals.isEmpty() || signals.equals(List.of("all"));
    return Sweep.cases(
        seed,
        all
            ? List.of(SignalClass.values())
            : signals.stream().map(SignalClass::parse).distinct().toList(),
        lengths.isEmpty()
            ? Sweep.signalLengths()
            : lengths.stream().map(BigInteger::intValueExact).distinct().toList());
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
    try {
      Map<Result, Deviation> deviations = each.measure(candidate, Backends.reference(), seed);
      String failure = describe(deviations);
      report.add(each, deviations, failure.isEmpty() ? "" : failure + replay(each, candidate));
    } catch (SgConvException failure) {
      if (only != null && isOfSizes(failure)) {
        // The user named sizes that cannot be: nothing was found to be off.
        throw failure;
      }
      report.add(each, Map.of(), failure.getMessage() + replay(each, candidate));
    }
  }

  private static boolean isOfSizes(SgConvException failure) {
    return failure instanceof InvalidArgumentException
        || failure instanceof HostMemoryException
        || failure instanceof DeviceMemoryException;
  }

  /** What is off, if anything is. Values that leave float32's range are: none is drawn so. */
  private static String describe(Map<Result, Deviation> deviations) {
    List<String> parts = new ArrayList<>();
    deviations.forEach(
        (result, deviation) -> {
          if (!deviation.isAccepted() || deviation.leavesRange()) {
            parts.add(result.label() + " is off by " + deviation.describe());
          }
        });
    return String.join(", ", parts);
  }

  private String replay(VerifyCase each, Backend candidate) {
    return String.format(
        Locale.ROOT,
        "%n  replay: ./sgconv verify --backend %s --seed %d --case %s",
        candidate.name(),
        seed,
        each.id());
  }

  private String table() {
    TextTable table =
        new TextTable(1, "what", "length", "cases", "forward", "gradients", "of bound", "failed");
    report
        .groups()
        .forEach(
            (group, each) ->
                table.row(
                    group.what(),
                    group.length(),
                    String.valueOf(each.cases()),
                    Quantities.error(each.forward().relative()),
                    Quantities.error(each.backward().relative()),
                    Quantities.share(each.forward().worst(each.backward()).fraction()),
                    each.failures() == 0 ? "" : String.valueOf(each.failures())));
    return table.render();
  }

  private void conclude(Backend candidate, int count, PrintWriter out) {
    List<String> failures = report.failures();
    if (failures.isEmpty()) {
      out.println(
          "passed: errors are relative to what the transforms carry, and within the bound in norm"
              + " and in every element");
      out.flush();
      return;
    }
    failures.stream().limit(MOST_REPORTED).forEach(out::println);
    if (failures.size() > MOST_REPORTED) {
      out.println("and " + (failures.size() - MOST_REPORTED) + " more");
    }
    out.flush();
    throw new CheckFailedException(
        String.format(
            Locale.ROOT,
            "%d of %d cases on %s are off; the first: %s",
            failures.size(),
            count,
            candidate.name(),
            failures.getFirst()));
  }
}
