package org.sgconv;

/**
 * Which lags a convolution uses, and what happens at the ends of the signal.
 *
 * @since 0.1.0
 */
public enum ConvolutionMode {
  /** {@code y[t] = Σ_{j=0..t} k[j]·u[t−j]}: linear, nothing wraps. */
  CAUSAL,
  /**
   * Adds {@code Σ_{j≥0, t+1+j<L} k'[j]·u[t+1+j]}: linear. The backward kernel k' starts at lag −1,
   * so that lag 0 is counted once; kernels have twice the channels, forward first.
   */
  BIDIRECTIONAL,
  /** Indices modulo the signal length. */
  CIRCULAR,
  /**
   * {@code y[t] = Σ_{0≤i<K, 0≤t−(i−⌊K/2⌋)<L} k[i]·u[t−(i−⌊K/2⌋)]}: linear, one kernel for both
   * sides, whose lag 0 is at index ⌊K/2⌋. What SLConv and other filters that look ahead as far as
   * back are made of; no kernel of {@link org.sgconv.kernel.KernelParameters} is, whose decay
   * begins at lag 0.
   */
  CENTERED;

  /** Kernel channels per head: 2 for {@link #BIDIRECTIONAL}, otherwise 1. */
  public int directions() {
    return this == BIDIRECTIONAL ? 2 : 1;
  }

  /**
   * Index of lag 0 in a kernel, the first of its direction.
   *
   * @param kernelLength K
   */
  public long zeroLag(long kernelLength) {
    return this == CENTERED ? kernelLength / 2 : 0;
  }
}
