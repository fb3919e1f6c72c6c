package org.sgconv.benchmarks.limit;

/**
 * What the machine did at most, with the threads of the benchmark.
 *
 * @param tier instruction set of the loops
 * @param copiedBytes bytes that a copy reads, and as many that it writes
 * @param copyBandwidth bytes read and written a second by a copy with ordinary stores; the reads
 *     that such stores cause are not counted
 * @param streamingBandwidth the same with stores that bypass the caches
 * @param flops float32 operations a second of fused multiply-adds
 */
public record MachineLimits(
    String tier, long copiedBytes, double copyBandwidth, double streamingBandwidth, double flops) {

  /** Bytes a second of the better copy. */
  public double bandwidth() {
    return Math.max(copyBandwidth, streamingBandwidth);
  }

  /** Seconds below which {@code work} cannot be done: the slower of memory and arithmetic. */
  public double seconds(Work work) {
    return Math.max(work.bytes() / bandwidth(), work.flops() / flops);
  }

  /** The better of two measurements in each respect: a limit is what was ever reached. */
  public MachineLimits best(MachineLimits other) {
    return new MachineLimits(
        tier,
        copiedBytes,
        Math.max(copyBandwidth, other.copyBandwidth),
        Math.max(streamingBandwidth, other.streamingBandwidth),
        Math.max(flops, other.flops));
  }
}
