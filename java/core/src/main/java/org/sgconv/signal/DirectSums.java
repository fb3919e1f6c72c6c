package org.sgconv.signal;

/** Convolutions as the sums that they are, in float64, where these are so few that no plan pays. */
final class DirectSums {

  /** Products that cost no more than a call of a plan, about 6 µs. See docs/adr/0029. */
  static final long MOST_PRODUCTS = 1L << 13;

  /** Products that cost no more than making a plan for one call, 150 µs and more. */
  private static final long MOST_PRODUCTS_ONCE = 1L << 17;

  private DirectSums() {}

  /** Whether so many rows of results are to be computed so. */
  static boolean pay(Stretch stretch, long outputs) {
    return stretch.products() <= MOST_PRODUCTS / outputs;
  }

  /** Whether one row of results, of a kernel that is used once, is to be computed so. */
  static boolean payOnce(Stretch stretch) {
    return stretch.products() <= MOST_PRODUCTS_ONCE;
  }

  /**
   * Stretches of rows.
   *
   * @param x rows of signals, a multiple of H
   * @param kernels (C,H,K), where C or H is 1
   * @return C rows for each row of the signal
   */
  static double[] convolve(double[] x, double[] kernels, Stretch stretch, int hidden, int heads) {
    int samples = (int) stretch.samples();
    int lags = (int) stretch.lags();
    int count = (int) stretch.count();
    double[] y = new double[x.length / samples * heads * count];
    for (int row = 0; row < y.length / count; row++) {
      int from = row / heads * samples;
      int kernel = row % (heads * hidden) * lags;
      for (int i = 0; i < count; i++) {
        int t = (int) stretch.first() + i;
        int last = Math.min(t, lags - 1);
        LongSum sum = new LongSum();
        for (int j = Math.max(0, t - samples + 1); j <= last; ) {
          int end = Math.min(last, j + LongSum.TOGETHER - 1);
          double part = 0;
          for (; j <= end; j++) {
            part += kernels[kernel + j] * x[from + t - j];
          }
          sum.add(part);
        }
        y[row * count + i] = sum.value();
      }
    }
    return y;
  }

  /** As {@link #convolve(double[], double[], Stretch, int, int)}, rounded once. */
  static float[] convolve(float[] x, float[] kernels, Stretch stretch, int hidden, int heads) {
    int samples = (int) stretch.samples();
    int lags = (int) stretch.lags();
    int count = (int) stretch.count();
    float[] y = new float[x.length / samples * heads * count];
    for (int row = 0; row < y.length / count; row++) {
      int from = row / heads * samples;
      int kernel = row % (heads * hidden) * lags;
      for (int i = 0; i < count; i++) {
        int t = (int) stretch.first() + i;
        int last = Math.min(t, lags - 1);
        double sum = 0;
        for (int j = Math.max(0, t - samples + 1); j <= last; j++) {
          sum += (double) kernels[kernel + j] * x[from + t - j];
        }
        y[row * count + i] = (float) sum;
      }
    }
    return y;
  }
}
