package org.sgconv.internal.reference;

import org.sgconv.ConvolutionMode;

/**
 * One head's kernel for one hidden channel as a function g[n] of the lag n = t − s, so that {@code
 * y[t] = Σ_s g[t−s]·u[s]} in every mode. The modes differ only in how g is made of k and k':
 *
 * <ul>
 *   <li>causal: g[n] = k[n], n ≥ 0;
 *   <li>bidirectional: also g[−1−j] = k'[j];
 *   <li>circular: also g[n] = k[n+L] for n &lt; 0;
 *   <li>centered: g[n] = k[n+⌊K/2⌋].
 * </ul>
 *
 * Lags that no two of L samples are apart are left out: those from L and from −L on. The skip D is
 * added at lag 0.
 */
final class Lags {

  private final ConvolutionMode mode;
  private final int length;
  private final int lowest;
  private final long first;

  /** Values of k that matter below lag 0. */
  private final int zero;

  private final double[] values;

  /** All zero, for signals of {@code length} samples and kernels of {@code kernelLength} lags. */
  Lags(ConvolutionMode mode, int length, long kernelLength) {
    this.mode = mode;
    this.length = length;
    long before = mode.zeroLag(kernelLength);
    this.lowest =
        switch (mode) {
          case CAUSAL -> 0;
          case BIDIRECTIONAL -> -(int) Math.min(kernelLength, length - 1);
          case CIRCULAR -> 1 - length;
          case CENTERED -> -(int) Math.min(before, length - 1);
        };
    this.zero = mode == ConvolutionMode.CENTERED ? -lowest : 0;
    this.first = before - zero;
    this.values = new double[(int) Math.min(kernelLength - before, length) - lowest];
  }

  /** Index in k of the first value that matters. */
  long first() {
    return first;
  }

  /** How many values of k matter. */
  int count() {
    return zero + end();
  }

  /** L. */
  int length() {
    return length;
  }

  /** The lowest lag that may not be zero; at most 0, above −L. */
  int lowest() {
    return lowest;
  }

  /** The lag after the highest that may not be zero: at most L. */
  int end() {
    return lowest + values.length;
  }

  double get(int lag) {
    return values[lag - lowest];
  }

  void add(int lag, double value) {
    values[lag - lowest] += value;
  }

  /**
   * Adds a kernel.
   *
   * @param forward {@link #count} values of k, from {@link #first} on
   * @param backward k', of which as many as there are lags below 0 are read when bidirectional
   * @param skip D
   */
  void addKernel(double[] forward, double[] backward, double skip) {
    for (int j = -zero; j < end(); j++) {
      add(j, forward[zero + j]);
    }
    switch (mode) {
      case CAUSAL, CENTERED -> {}
      case BIDIRECTIONAL -> {
        for (int j = 0; j < -lowest; j++) {
          add(-1 - j, backward[j]);
        }
      }
      case CIRCULAR -> {
        for (int j = 1; j < end(); j++) {
          add(j - length, forward[j]);
        }
      }
    }
    add(0, skip);
  }

  /**
   * With this as ∂loss/∂g, writes what {@link #addKernel} reads: ∂loss/∂k and, when bidirectional,
   * ∂loss/∂k'. ∂loss/∂D is {@code get(0)}.
   */
  void kernelGradient(double[] forward, double[] backward) {
    for (int j = -zero; j < end(); j++) {
      forward[zero + j] = get(j);
    }
    switch (mode) {
      case CAUSAL, CENTERED -> {}
      case BIDIRECTIONAL -> {
        for (int j = 0; j < -lowest; j++) {
          backward[j] = get(-1 - j);
        }
      }
      case CIRCULAR -> {
        for (int j = 1; j < end(); j++) {
          forward[j] += get(j - length);
        }
      }
    }
  }
}
