package org.sgconv.benchmarks.host;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.util.Statistics;
import org.sgconv.benchmarks.measure.ContenderFailedException;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Contender;
import org.sgconv.benchmarks.model.HeapUse;
import org.sgconv.benchmarks.model.Measurement;
import org.sgconv.benchmarks.model.Times;
import org.sgconv.tensor.HostMemory;

/** Measures one contender at one case in a process of its own, through JMH. */
final class ContenderProcess {

  private static final int ITERATIONS = 3;
  private static final String ALLOCATED = "gc.alloc.rate.norm";

  private final int threads;
  private final Duration measurement;
  private final MemoryShares memory;
  private final Path expectations;
  private final Path folder;

  /**
   * Makes nothing yet.
   *
   * @param threads of a library
   * @param measurement time that a process measures
   * @param expectations folder of the {@link Expectations}
   * @param folder for logs and findings
   */
  ContenderProcess(
      int threads, Duration measurement, MemoryShares memory, Path expectations, Path folder) {
    this.threads = threads;
    this.measurement = measurement;
    this.memory = memory;
    this.expectations = expectations;
    this.folder = folder;
    // Runs of other benchmarks on this host are no business of this one's correctness.
    System.setProperty("jmh.ignoreLock", "true");
  }

  /** A {@code java} with the allocator of {@code contender}. */
  private Path tunedJava(Contender contender) throws IOException {
    Path file = folder.resolve("java-" + contender.library().id());
    if (!Files.exists(file)) {
      Path java = Path.of(System.getProperty("java.home"), "bin", "java");
      Files.writeString(
          file,
          String.format(
              Locale.ROOT,
              "#!/bin/sh\n%s=%s exec '%s' \"$@\"%n",
              ProcessEnvironment.TUNABLES,
              ProcessEnvironment.tunables(contender),
              java));
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }
    return file;
  }

  /**
   * Runs it.
   *
   * @throws ContenderFailedException if it could not be set up, was wrong, or crashed
   */
  Measurement run(Contender contender, BenchmarkCase what) throws IOException {
    String name = (contender + "-" + what).replace(',', 'x').replace(' ', '-');
    Path finding = folder.resolve(name + ".properties");
    Path log = folder.resolve(name + ".log");
    Files.deleteIfExists(finding);
    try {
      Collection<RunResult> results = new Runner(options(contender, what, finding, log)).run();
      Finding found =
          Finding.read(finding)
              .orElseThrow(() -> new IllegalStateException("no finding of " + name));
      return measurement(contender, what, results.iterator().next(), found);
    } catch (RunnerException e) {
      String reason =
          Finding.read(finding)
              .flatMap(found -> Optional.ofNullable(found.failure()))
              .orElse(ForkedExit.describe(log, memory));
      // Reasons become part of the results, where a temporary path has no place.
      throw new ContenderFailedException(
          reason.replace(expectations + File.separator, "").replace(folder + File.separator, ""),
          e);
    }
  }

  private org.openjdk.jmh.runner.options.Options options(
      Contender contender, BenchmarkCase what, Path finding, Path log) throws IOException {
    boolean brief = HostBench.isBrief(contender, what);
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("^" + OperationBenchmark.method(what.operation()).replace(".", "\\.") + "$")
            .param("library", contender.library().id())
            .param("way", contender.isTuned() ? "" : contender.way())
            .param("type", what.typeName())
            .param("shape", what.shape().toString())
            .param("threads", Integer.toString(threads))
            .forks(1)
            // One call: WarmUp has done the rest, in what JMH takes for the first iteration.
            .warmupIterations(1)
            .warmupTime(TimeValue.milliseconds(1))
            .measurementIterations(brief ? 1 : ITERATIONS)
            .measurementTime(time(measurement.dividedBy(ITERATIONS)))
            .timeout(TimeValue.minutes(10))
            .addProfiler(GCProfiler.class)
            .shouldFailOnError(true)
            .output(log.toString())
            .jvmArgs(jvmArguments(what, finding).toArray(String[]::new));
    if (contender.isTuned()) {
      options.jvm(tunedJava(contender).toString());
    }
    return options.build();
  }

  private static TimeValue time(Duration duration) {
    return new TimeValue(duration.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Settings of this process, which come later than those by default, have the last word. */
  List<String> jvmArguments(BenchmarkCase what, Path finding) {
    List<String> arguments = new ArrayList<>();
    arguments.add("-Xmx" + memory.heap());
    arguments.add("-D" + HostMemory.PROPERTY + "=" + memory.nativeBytesBeside(what));
    arguments.add("--enable-native-access=ALL-UNNAMED");
    arguments.add("--add-modules=jdk.incubator.vector");
    arguments.add("-Dai.djl.offline=true");
    System.getProperties()
        .forEach(
            (key, value) -> {
              if (key.toString().startsWith("sgconv.")) {
                arguments.add("-D" + key + "=" + value);
              }
            });
    arguments.add("-Dsgconv.cpu.threads=" + threads);
    arguments.add("-D" + BenchmarkedOperation.EXPECTATIONS + "=" + expectations);
    arguments.add("-D" + BenchmarkedOperation.FINDING + "=" + finding);
    return arguments;
  }

  private static Measurement measurement(
      Contender contender, BenchmarkCase what, RunResult run, Finding finding) {
    Statistics times = run.getPrimaryResult().getStatistics();
    double allocated = Double.NaN;
    for (Map.Entry<String, ?> extra : run.getSecondaryResults().entrySet()) {
      if (extra.getKey().endsWith(ALLOCATED)) {
        allocated = ((Result<?>) extra.getValue()).getScore();
      }
    }
    return new Measurement(
        what,
        contender,
        ProcessEnvironment.of(contender, System.getenv()),
        new Times(List.of(times.getPercentile(50)), times.getN()),
        List.of(new HeapUse(allocated, finding.callerBytes())),
        null,
        finding.checks(),
        null,
        null);
  }
}
