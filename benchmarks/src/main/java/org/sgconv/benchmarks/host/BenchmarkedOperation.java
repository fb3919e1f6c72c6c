package org.sgconv.benchmarks.host;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Contender;
import org.sgconv.benchmarks.model.Library;
import org.sgconv.benchmarks.model.Operation;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.cli.report.TemporaryPath;

/**
 * What a JMH process sets up: a library verified at the operation that the benchmark method is
 * named after.
 */
@State(Scope.Benchmark)
public class BenchmarkedOperation {

  /** System property: folder of the {@link Expectations}; a temporary one if absent. */
  static final String EXPECTATIONS = "sgconv.bench.expectations";

  /** System property: file for the {@link Finding}; none is written if absent. */
  static final String FINDING = "sgconv.bench.finding";

  /** {@link Library#id}. */
  @Param("sgconv")
  public String library = "";

  /** {@link Contender#way}. */
  @Param("")
  public String way = "";

  /** As {@link BenchmarkCase#typeName}. */
  @Param("float32")
  public String type = "";

  /** B,H,L or B,H,L,K. */
  @Param("8,256,4096")
  public String shape = "";

  /** Threads of the library. */
  @Param("2")
  public int threads;

  private final CallerAllocation allocation = new CallerAllocation();
  private @Nullable VerifiedOperation verified;

  /** Builds, verifies and warms up, and says what came of it. */
  @Setup(Level.Trial)
  public void verify(BenchmarkParams params) throws IOException {
    try {
      VerifiedOperation operation =
          VerifiedOperation.of(
              new Contender(Library.parse(library), way),
              new BenchmarkCase(
                  operation(params.getBenchmark()),
                  Workload.parse(shape),
                  BenchmarkCase.parseType(type)),
              threads,
              new Expectations(folder()));
      verified = operation;
      report(Finding.verified(operation.checks()));
      new WarmUp(operation::run, operation.firstRun()).run();
    } catch (IOException | RuntimeException | LinkageError e) {
      report(Finding.failed(e));
      throw e;
    }
  }

  private static Operation operation(String benchmark) {
    for (Operation operation : Operation.values()) {
      if (benchmark.equals(OperationBenchmark.method(operation))) {
        return operation;
      }
    }
    throw new IllegalStateException("no operation is timed by " + benchmark);
  }

  private static Path folder() throws IOException {
    String folder = System.getProperty(EXPECTATIONS);
    return folder == null ? TemporaryPath.folder().path() : Path.of(folder);
  }

  private static void report(Finding finding) throws IOException {
    String file = System.getProperty(FINDING);
    if (file != null) {
      finding.write(Path.of(file));
    }
  }

  /** Runs the operation. */
  void run() {
    VerifiedOperation operation = verified;
    if (operation == null) {
      throw new IllegalStateException("not set up");
    }
    allocation.run(operation::run);
  }

  /** Reports what the timed thread allocates for itself, then releases everything. */
  @TearDown(Level.Trial)
  public void close() throws IOException {
    VerifiedOperation operation = verified;
    if (operation != null) {
      report(Finding.verified(operation.checks()).withCallerBytes(allocation.median()));
      operation.close();
    }
  }
}
