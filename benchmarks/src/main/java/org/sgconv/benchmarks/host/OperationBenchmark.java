package org.sgconv.benchmarks.host;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.sgconv.benchmarks.model.Operation;

/** A method for each {@link Operation}, of the same name but for case. */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class OperationBenchmark {

  /** The name of the method that times {@code operation}, with that of the class. */
  static String method(Operation operation) {
    String[] words = operation.id().split("-", -1);
    StringBuilder name = new StringBuilder(words[0]);
    for (int i = 1; i < words.length; i++) {
      name.append(Character.toUpperCase(words[i].charAt(0))).append(words[i].substring(1));
    }
    return OperationBenchmark.class.getName() + "." + name;
  }

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

  /** See {@link Operation#SYNTHESIS_FORWARD}. */
  @Benchmark
  public void synthesisForward(BenchmarkedOperation operation) {
    operation.run();
  }

  /** See {@link Operation#SYNTHESIS_BACKWARD}. */
  @Benchmark
  public void synthesisBackward(BenchmarkedOperation operation) {
    operation.run();
  }

  /** See {@link Operation#CONVOLVE}. */
  @Benchmark
  public void convolve(BenchmarkedOperation operation) {
    operation.run();
  }

  /** See {@link Operation#CORRELATE}. */
  @Benchmark
  public void correlate(BenchmarkedOperation operation) {
    operation.run();
  }
}
