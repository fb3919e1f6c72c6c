package org.sgconv.benchmarks.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sgconv.cli.report.Median;

/**
 * What one contender did in one case. There are no times where it failed.
 *
 * @param environment what may make its native code another or faster, as its process sees it
 * @param heap of each process that measured; none where this process did
 * @param heldBytes of device memory at the end: signals, spectra and workspace; PyTorch's peak
 * @param checks of its results against float64
 * @param repeated the bits of two runs, where they were compared
 * @param failure why there are no times, or null
 */
public record Measurement(
    @JsonProperty("case") BenchmarkCase what,
    Contender contender,
    Map<String, String> environment,
    Times times,
    List<HeapUse> heap,
    @Nullable Long heldBytes,
    List<ResultCheck> checks,
    @Nullable RepeatCheck repeated,
    @Nullable String failure) {

  private static final long ALLOCATED = 64 << 10;
  private static final long ALLOCATED_A_ROW = 128;
  private static final long ALLOCATED_A_SCORE = 20;

  /** Copies the collections. */
  public Measurement {
    environment = Collections.unmodifiableMap(new TreeMap<>(environment));
    heap = List.copyOf(heap);
    checks = List.copyOf(checks);
  }

  /** No times, and why. */
  public static Measurement failed(BenchmarkCase what, Contender contender, String failure) {
    return new Measurement(
        what, contender, Map.of(), Times.NONE, List.of(), null, List.of(), null, failure);
  }

  /** Whether there are times. */
  public boolean isComplete() {
    return failure == null && !times.samplesMs().isEmpty();
  }

  /** This and a later round of the same; times of a contender that failed count for nothing. */
  public Measurement and(Measurement round) {
    if (failure != null || round.failure != null) {
      return failure != null ? this : round;
    }
    List<ResultCheck> worst =
        IntStream.range(0, checks.size())
            .mapToObj(i -> checks.get(i).worst(round.checks.get(i)))
            .toList();
    return new Measurement(
        what,
        contender,
        environment,
        times.and(round.times),
        Stream.concat(heap.stream(), round.heap.stream()).toList(),
        heldBytes,
        worst,
        repeated,
        null);
  }

  /** Median over the samples. */
  public double medianMs() {
    return times.medianMs();
  }

  /** Of signals: samples of what goes in, each as often as it meets a kernel, in a second. */
  public double millionSamplesPerSecond() {
    return what.shape().signalSize() / (medianMs() * 1e3);
  }

  /** Java heap bytes of an operation by JMH's profiler, median over the processes. */
  public double bytesPerOperation() {
    return Median.of(heap.stream().mapToDouble(HeapUse::bytes).toArray());
  }

  /** Java heap bytes that the calling thread allocates for an operation, median likewise. */
  public double callerBytesPerOperation() {
    return Median.of(heap.stream().mapToDouble(HeapUse::callerBytes).toArray());
  }

  /** The same of the worst process; NaN if any does not know. */
  public double mostCallerBytesPerOperation() {
    return heap.stream().mapToDouble(HeapUse::callerBytes).reduce(0, Math::max);
  }

  /**
   * Most that {@link #callerBytesPerOperation} may be in any process: small objects of a call and
   * of each row. Java that is compiled as it should be makes no others; one loop whose vectors are
   * boxed instead makes megabytes, and then takes many times as long. This library's correlator
   * also makes arrays of float64 for samples and scores of a block; vectors in boxes would be
   * hundreds of bytes a sample.
   */
  public long allocationBound() {
    long small = ALLOCATED + ALLOCATED_A_ROW * what.shape().batch() * what.shape().hidden();
    if (what.operation() != Operation.CORRELATE || contender.library().isPeer()) {
      return small;
    }
    long samples = (long) what.inputRows() * what.shape().length() + what.results();
    return small + ALLOCATED_A_SCORE * samples;
  }

  /**
   * Whether a time is not to be trusted, because more than that was allocated in a round, or nobody
   * knows how much. Libraries that allocate their results are not asked.
   */
  public boolean allocatesTooMuch() {
    return isComplete()
        && !contender.library().allocatesResults()
        && !(mostCallerBytesPerOperation() <= allocationBound());
  }
}
