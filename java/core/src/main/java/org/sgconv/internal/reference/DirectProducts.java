package org.sgconv.internal.reference;

/** The sums as they are written, over the lags that there are, and rounded once. */
final class DirectProducts implements LagProducts {

  @Override
  public void convolve(Lags g, double[] x, double[] y) {
    int length = g.length();
    for (int t = 0; t < length; t++) {
      int last = Math.min(length - 1, t - g.lowest());
      CompensatedSum sum = new CompensatedSum();
      for (int s = Math.max(0, t - g.end() + 1); s <= last; s++) {
        sum.add(g.get(t - s) * x[s]);
      }
      y[t] = sum.value();
    }
  }

  @Override
  public void addTransposed(Lags g, double[] dy, double[] dx) {
    int length = g.length();
    for (int s = 0; s < length; s++) {
      CompensatedSum sum = new CompensatedSum();
      for (int t = Math.max(0, s + g.lowest()); t < Math.min(length, s + g.end()); t++) {
        sum.add(g.get(t - s) * dy[t]);
      }
      dx[s] += sum.value();
    }
  }

  @Override
  public void addCorrelation(double[] dy, double[] x, Lags dg) {
    int length = dg.length();
    for (int n = dg.lowest(); n < dg.end(); n++) {
      CompensatedSum sum = new CompensatedSum();
      for (int t = Math.max(0, n); t < Math.min(length, length + n); t++) {
        sum.add(dy[t] * x[t - n]);
      }
      dg.add(n, sum.value());
    }
  }
}
