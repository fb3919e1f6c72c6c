package org.sgconv.internal.reference;

/** The three sums over one row that a convolution and its gradients are made of. */
interface LagProducts {

  /** y[t] = Σ_s g[t−s]·x[s]. */
  void convolve(Lags g, double[] x, double[] y);

  /** dx[s] += Σ_t g[t−s]·dy[t]. */
  void addTransposed(Lags g, double[] dy, double[] dx);

  /** dg[n] += Σ_t dy[t]·x[t−n]. */
  void addCorrelation(double[] dy, double[] x, Lags dg);
}
