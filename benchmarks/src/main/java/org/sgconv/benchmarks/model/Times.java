package org.sgconv.benchmarks.model;

import java.util.List;
import java.util.stream.Stream;
import org.sgconv.cli.report.Median;

/**
 * How long a call took.
 *
 * @param samplesMs the time of a call in each sample: on the host the median of a process that did
 *     nothing else, on a device the mean of calls between two events
 * @param calls that were timed in all samples
 */
public record Times(List<Double> samplesMs, long calls) {

  /** Of nothing. */
  public static final Times NONE = new Times(List.of(), 0);

  /** Copies the list. */
  public Times {
    samplesMs = List.copyOf(samplesMs);
  }

  /** Those of both. */
  Times and(Times more) {
    return new Times(
        Stream.concat(samplesMs.stream(), more.samplesMs.stream()).toList(), calls + more.calls);
  }

  /** Median of the samples, NaN if there are none. */
  public double medianMs() {
    return Median.of(sorted());
  }

  /** The slowest sample over the fastest. */
  public double spread() {
    double[] sorted = sorted();
    return sorted[sorted.length - 1] / sorted[0];
  }

  private double[] sorted() {
    return samplesMs.stream().mapToDouble(Double::doubleValue).sorted().toArray();
  }
}
