package org.sgconv.cli.verify;

/** What the float64 reference of a convolution takes of the Java heap. */
public final class ReferenceHeap {

  private ReferenceHeap() {}

  /**
   * Bytes without which it cannot work: the operands, one result, and a transform with its tables.
   * It takes more than that.
   *
   * @param batch B
   * @param heads C
   * @param channels C', of the kernel
   * @param hidden H
   * @param length L
   * @param kernelLength K
   */
  public static double leastBytes(
      long batch, long heads, long channels, long hidden, long length, long kernelLength) {
    double signals = hidden * (batch + 2.0 * batch * heads) * length;
    double lags = (double) hidden * channels * Math.max(length, kernelLength);
    double points = 2.0 * length - 1;
    return Double.BYTES * (signals + lags + 4 * points);
  }
}
