package org.sgconv.spi;

import org.sgconv.ConvolutionMode;
import org.sgconv.InvalidArgumentException;

/**
 * Shape and rule of a long convolution: signals (B,H,L), kernels (C',H,L), outputs (B,C·H,L).
 *
 * @param heads C ≥ 1
 * @param hidden H ≥ 1
 * @param length L, from 1 to 2^40
 */
public record ConvolutionGeometry(ConvolutionMode mode, int heads, int hidden, long length) {

  /** The longest signal: 2^40 samples, so that no size that follows from it overflows a long. */
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
