package org.sgconv.spi;

import org.sgconv.ConvolutionMode;

/**
 * Shape and rule of a long convolution: signals (B,H,L), kernels (C',H,L), outputs (B,C·H,L).
 *
 * @param heads C ≥ 1
 * @param hidden H ≥ 1
 * @param length L ≥ 1
 */
public record ConvolutionGeometry(ConvolutionMode mode, int heads, int hidden, long length) {

  /** C' = C, or 2C when bidirectional. */
  public int channels() {
    return heads * mode.directions();
  }
}
