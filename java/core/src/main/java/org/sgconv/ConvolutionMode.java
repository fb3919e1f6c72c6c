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
  CIRCULAR;

  /** Kernel channels per head: 2 for {@link #BIDIRECTIONAL}, otherwise 1. */
  public int directions() {
    return this == BIDIRECTIONAL ? 2 : 1;
  }
}
