package org.sgconv.benchmarks.cpu;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;

/** Convolutions; {@link Operation} says what each method times. */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class ConvolutionBenchmark {

  /** See {@link Operation#FORWARD}. */
  @Benchmark
  public void forward(BenchmarkedOperation operation) {
    operation.run();
  }

  /** See {@link Operation#FORWARD_NEW_KERNEL}. */
  @Benchmark
  public void forwardNewKernel(BenchmarkedOperation operation) {
    operation.run();
  }

  /** See {@link Operation#BACKWARD}. */
  @Benchmark
  public void backward(BenchmarkedOperation operation) {
    operation.run();
  }

  /** See {@link Operation#STEP}. */
  @Benchmark
  public void step(BenchmarkedOperation operation) {
    operation.run();
  }
}
