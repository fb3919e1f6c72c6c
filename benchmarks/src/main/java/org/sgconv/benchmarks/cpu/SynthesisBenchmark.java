package org.sgconv.benchmarks.cpu;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;

/** Kernel synthesis; {@link Operation} says what each method times. */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class SynthesisBenchmark {

  /** See {@link Operation#SYNTHESIS_FORWARD}. */
  @Benchmark
  public void forward(BenchmarkedOperation operation) {
    operation.run();
  }

  /** See {@link Operation#SYNTHESIS_BACKWARD}. */
  @Benchmark
  public void backward(BenchmarkedOperation operation) {
    operation.run();
  }
}
