package org.sgconv.benchmarks.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.sgconv.benchmarks.limit.MachineLimits;
import org.sgconv.benchmarks.peers.Library;

/** All rounds of one contender at one case. */
public final class Measurement {

  private static final long ALLOCATED = 64 << 10;
  private static final long ALLOCATED_A_ROW = 128;

  private final BenchmarkCase what;
  private final Contender contender;
  private final List<Sample> samples = new ArrayList<>();
  private @Nullable String failure;

  Measurement(BenchmarkCase what, Contender contender) {
    this.what = what;
    this.contender = contender;
  }

  void add(Sample sample) {
    samples.add(sample);
  }

  void fail(String reason) {
    failure = reason;
  }

  /** What was done. */
  public BenchmarkCase what() {
    return what;
  }

  /** Who did it. */
  public Contender contender() {
    return contender;
  }

  /** Why there are no times, or null. */
  public @Nullable String failure() {
    return failure;
  }

  /** Whether there are times. */
  public boolean isComplete() {
    return failure == null && !samples.isEmpty();
  }

  List<Sample> samples() {
    return List.copyOf(samples);
  }

  /** Median over the rounds of the median of a round. */
  public double medianMs() {
    return median(Sample::medianMs);
  }

  /** The slowest round over the fastest. */
  public double spread() {
    double[] times = samples.stream().mapToDouble(Sample::medianMs).sorted().toArray();
    return times[times.length - 1] / times[0];
  }

  /** Java heap bytes of an operation by JMH's profiler, which counts its own as well. */
  public double bytesPerOperation() {
    return median(Sample::bytesPerOperation);
  }

  /** Java heap bytes that the calling thread allocates for an operation, median over the rounds. */
  public double callerBytesPerOperation() {
    return median(sample -> sample.finding().callerBytes());
  }

  /** The same of the worst round; NaN if any does not know. */
  double mostCallerBytesPerOperation() {
    return samples.stream()
        .mapToDouble(sample -> sample.finding().callerBytes())
        .reduce(0, Math::max);
  }

  /**
   * Most that {@link #callerBytesPerOperation} may be in any round: small objects of a call and of
   * each row. Java that is compiled as it should be makes no others; one loop whose vectors are
   * boxed instead makes megabytes, and then takes many times as long.
   */
  public long allocationBound() {
    return ALLOCATED + ALLOCATED_A_ROW * what.shape().batch() * what.shape().hidden();
  }

  /**
   * Whether a time is not to be trusted, because more than that was allocated in a round, or nobody
   * knows how much. Plain Java allocates its results and is not asked.
   */
  public boolean allocatesTooMuch() {
    return isComplete()
        && contender.library() != Library.JAVA
        && !(mostCallerBytesPerOperation() <= allocationBound());
  }

  /** Error relative to what the transforms carry, against float64. */
  public double relativeError() {
    return median(sample -> sample.finding().relativeError());
  }

  /** Necessary bytes of the operation over its time. */
  public double gigabytesPerSecond() {
    return what.operation().work(what.shape()).bytes() / (medianMs() * 1e6);
  }

  /**
   * The machine's limit over the time. Above 1 where the operation's data stay in a cache, which
   * the limit, bandwidth of memory, knows nothing of.
   */
  public double partOfLimit(MachineLimits limits) {
    return limits.seconds(what.operation().work(what.shape())) * 1e3 / medianMs();
  }

  private double median(ToDoubleFunction<Sample> value) {
    double[] values = samples.stream().mapToDouble(value).sorted().toArray();
    int middle = values.length / 2;
    return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  }
}
