package org.sgconv.benchmarks.limit;

/**
 * What the machine did at most, with the threads of the benchmark.
 *
 * @param tier instruction set of the loops, or {@code device} for those of a GPU
 * @param copiedBytes bytes that a copy reads, and as many that it writes
 * @param copyBandwidth bytes read and written a second by a copy with ordinary stores; the reads
 *     that such stores cause are not counted
 * @param streamingBandwidth the same with stores that bypass the caches; 0 if not measured
 * @param flops float32 operations a second of fused multiply-adds; 0 if not measured
 */
public record MachineLimits(
    String tier, long copiedBytes, double copyBandwidth, double streamingBandwidth, double flops) {

  /** Of a device, whose copy alone is measured. */
  public static MachineLimits ofDevice(long copiedBytes, double copyBandwidth) {
    return new MachineLimits("device", copiedBytes, copyBandwidth, 0, 0);
  }

  /** Bytes a second of the better copy. */
  public double bandwidth() {
    return Math.max(copyBandwidth, streamingBandwidth);
  }

  /** Seconds below which {@code work} cannot be done: the slower of memory and arithmetic. */
  public double seconds(Work work) {
    double memory = work.bytes() / bandwidth();
    return flops == 0 ? memory : Math.max(memory, work.flops() / flops);
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
