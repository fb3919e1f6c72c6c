package org.sgconv.benchmarks.peers;

import org.sgconv.tensor.DType;

/** A real Fourier transform of one length, planned once, run in place on rows of its own. */
interface RowTransform extends AutoCloseable {

  /** A buffer for one row, to be used by one thread at a time. */
  TransformRow newRow();

  /** Element type of rows: float32 or float64. */
  DType type();

  /** Real samples n of a row; even. */
  int size();

  /**
   * Whether a spectrum has n/2 complex values with the real last one in place of the first one's
   * imaginary part, rather than n/2+1.
   */
  default boolean packed() {
    return false;
  }

  /** What a forward and an inverse transform multiply the samples by: n where neither scales. */
  default double gain() {
    return size();
  }

  /** Real values of a spectrum. */
  default int spectrumSize() {
    return packed() ? size() : size() + 2;
  }

  @Override
  void close();
}
