package org.sgconv.spi;

import org.sgconv.ConvolutionMode;
import org.sgconv.InvalidArgumentException;

/**
 * Shape and rule of a long convolution: signals (B,H,L), kernels (C',H,K), outputs (B,C·H,L). A
 * kernel of K &lt; L lags is zero beyond them; lags that no two samples are apart are cut.
 *
 * @param heads C ≥ 1
 * @param hidden H ≥ 1
 * @param length L, from 1 to 2^40
 * @param kernelLength K, from 1 to 2^40; in the circular mode to L
 * @since 0.1.0
 */
public record ConvolutionGeometry(
    ConvolutionMode mode, int heads, int hidden, long length, long kernelLength) {

  /**
   * The longest signal and kernel: 2^40 samples, so that no size that follows from it overflows a
   * long.
   */
  public static final long MAX_LENGTH = 1L << 40;

  /**
   * Checks the values.
   *
   * @throws InvalidArgumentException if one is out of range
   */
  public ConvolutionGeometry {
    KernelGeometry.requireRange("heads", heads, 1, Integer.MAX_VALUE / mode.directions());
    KernelGeometry.requireRange("hidden", hidden, 1, Integer.MAX_VALUE);
    KernelGeometry.requireRange("length", length, 1, MAX_LENGTH);
    KernelGeometry.requireRange("kernelLength", kernelLength, 1, MAX_LENGTH);
    if (mode == ConvolutionMode.CIRCULAR && kernelLength > length) {
      throw new InvalidArgumentException(
          "kernelLength is "
              + kernelLength
              + ": must be at most the signals' length "
              + length
              + " in the circular mode, where more lags would fall on one another");
    }
  }

  /** C' = C, or 2C when bidirectional. */
  public int channels() {
    return heads * mode.directions();
  }

  /** C·H: rows of the output for each signal of the batch. */
  public long outputRows() {
    return (long) heads * hidden;
  }
}
