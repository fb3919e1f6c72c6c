package org.sgconv.internal.reference;

import org.sgconv.ConvolutionMode;

/**
 * One head's kernel for one hidden channel as a function g[n] of the lag n = t − s, so that {@code
 * y[t] = Σ_s g[t−s]·u[s]} in every mode. The modes differ only in how g is made of k and k':
 *
 * <ul>
 *   <li>causal: g[n] = k[n], n ≥ 0;
 *   <li>bidirectional: also g[−1−j] = k'[j]; k'[L−1] has no pair of samples and is left out;
 *   <li>circular: also g[n] = k[n+L] for n &lt; 0.
 * </ul>
 *
 * The skip D is added at lag 0.
 */
final class Lags {

  private final ConvolutionMode mode;
  private final int length;
  private final double[] values;

  /** All zero, for signals of {@code length} samples. */
  Lags(ConvolutionMode mode, int length) {
    this.mode = mode;
    this.length = length;
    this.values = new double[length - lowest()];
  }

  /** L. Lags are below it. */
  int length() {
    return length;
  }

  /** The lowest lag: 0 when causal, otherwise 1 − L. */
  int lowest() {
    return mode == ConvolutionMode.CAUSAL ? 0 : 1 - length;
  }

  double get(int lag) {
    return values[lag - lowest()];
  }

  void add(int lag, double value) {
    values[lag - lowest()] += value;
  }

  /**
   * Adds a kernel.
   *
   * @param forward k, L values
   * @param backward k', L values; read only when bidirectional
   * @param skip D
   */
  void addKernel(double[] forward, double[] backward, double skip) {
    for (int j = 0; j < length; j++) {
      add(j, forward[j]);
    }
    for (int j = 0; j < length - 1; j++) {
      switch (mode) {
        case CAUSAL -> {}
        case BIDIRECTIONAL -> add(-1 - j, backward[j]);
        case CIRCULAR -> add(j + 1 - length, forward[j + 1]);
      }
    }
    add(0, skip);
  }

  /**
   * With this as ∂loss/∂g, writes ∂loss/∂k and, when bidirectional, ∂loss/∂k'. ∂loss/∂D is {@code
   * get(0)}.
   */
  void kernelGradient(double[] forward, double[] backward) {
    for (int j = 0; j < length; j++) {
      forward[j] = get(j);
    }
    for (int j = 0; j < length - 1; j++) {
      switch (mode) {
        case CAUSAL -> {}
        case BIDIRECTIONAL -> backward[j] = get(-1 - j);
        case CIRCULAR -> forward[j + 1] += get(j + 1 - length);
      }
    }
    if (mode == ConvolutionMode.BIDIRECTIONAL) {
      backward[length - 1] = 0;
    }
  }
}
