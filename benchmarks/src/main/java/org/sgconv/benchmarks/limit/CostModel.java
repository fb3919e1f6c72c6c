package org.sgconv.benchmarks.limit;

/**
 * Least work of the operations on (B,H,L) in float32, by the best algorithm known: one complex
 * transform of length L a row, 5·L·log2(L) operations, and 6 a sample for each pointwise complex
 * product (twist, untwist, spectrum), 8 where the product is also summed. A transform's data stays
 * in cache; signals, kernels and spectra pass through memory once.
 */
public final class CostModel {

  private static final double SAMPLE = Float.BYTES;
  private static final double PRODUCT = 6;
  private static final double SUMMED_PRODUCT = 8;

  private final double rows;
  private final double channels;
  private final double length;
  private final double transform;

  /** The model for B, H and L. */
  public CostModel(long batch, long hidden, long length) {
    this.rows = (double) batch * hidden;
    this.channels = (double) hidden;
    this.length = (double) length;
    this.transform =
        5 * this.length * (Math.log(this.length) / Math.log(2)) + PRODUCT * this.length;
  }

  /** Reads u and the spectra (L complex values a channel), writes y. */
  public Work forward() {
    return new Work(signals(2) + spectra(), rows * (2 * transform + PRODUCT * length));
  }

  /** Reads u and k, writes y. */
  public Work forwardNewKernel() {
    return new Work(
        signals(2) + kernels(1), rows * (2 * transform + PRODUCT * length) + channels * transform);
  }

  /** Reads u, dy and the spectra, writes du and dk. */
  public Work backward() {
    return new Work(
        signals(3) + kernels(1) + spectra(),
        rows * (3 * transform + (PRODUCT + SUMMED_PRODUCT) * length) + channels * transform);
  }

  /**
   * Reads u and k, writes y; then reads u and dy, writes du and dk. The transforms of u and k serve
   * both halves.
   */
  public Work step() {
    return new Work(
        signals(5) + kernels(2),
        rows * (4 * transform + (2 * PRODUCT + SUMMED_PRODUCT) * length)
            + channels * 2 * transform);
  }

  /** Writes the kernel; an interpolated sample is one multiplication and one addition. */
  public Work synthesisForward() {
    return new Work(kernels(1), 2 * channels * length);
  }

  /** Reads the kernel's gradient; a sample is added to two weights' gradients. */
  public Work synthesisBackward() {
    return new Work(kernels(1), 4 * channels * length);
  }

  private double signals(int count) {
    return count * rows * length * SAMPLE;
  }

  private double kernels(int count) {
    return count * channels * length * SAMPLE;
  }

  private double spectra() {
    return 2 * kernels(1);
  }
}
