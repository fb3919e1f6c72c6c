package org.sgconv.internal.reference;

import java.util.Arrays;

/**
 * The same sums as products of transforms. Rows are padded with zeros to N ≥ 2L and lag n is kept
 * at n mod N: lags and samples of interest differ by less than N, so nothing wraps onto anything.
 */
final class FourierProducts implements LagProducts {

  private final Fourier fourier;

  /** For rows of {@code length} samples. */
  FourierProducts(int length) {
    fourier = new Fourier(size(length));
  }

  private static int size(int length) {
    return Integer.highestOneBit(Math.max(1, 2 * length - 1)) * 2;
  }

  /** Bytes that the least operation takes: tables, two transforms and three rows. */
  static long leastBytes(int length) {
    return Double.BYTES * (6L * size(length) + 3L * length);
  }

  @Override
  public void convolve(Lags g, double[] x, double[] y) {
    Arrays.fill(y, 0, g.length(), 0);
    Transform product = transform(g).times(transform(x, g.length()), false);
    product.addTo(y, g.length());
  }

  @Override
  public void addTransposed(Lags g, double[] dy, double[] dx) {
    Transform product = transform(dy, g.length()).times(transform(g), true);
    product.addTo(dx, g.length());
  }

  @Override
  public void addCorrelation(double[] dy, double[] x, Lags dg) {
    Transform product = transform(dy, dg.length()).times(transform(x, dg.length()), true);
    product.invert();
    for (int n = dg.lowest(); n < dg.end(); n++) {
      dg.add(n, product.re[Math.floorMod(n, fourier.size())]);
    }
  }

  private Transform transform(double[] row, int length) {
    Transform transform = new Transform();
    System.arraycopy(row, 0, transform.re, 0, length);
    fourier.forward(transform.re, transform.im);
    return transform;
  }

  private Transform transform(Lags g) {
    Transform transform = new Transform();
    for (int n = g.lowest(); n < g.end(); n++) {
      transform.re[Math.floorMod(n, fourier.size())] = g.get(n);
    }
    fourier.forward(transform.re, transform.im);
    return transform;
  }

  private final class Transform {
    final double[] re = new double[fourier.size()];
    final double[] im = new double[fourier.size()];

    /** Multiplies this by {@code other}, or by its conjugate. */
    Transform times(Transform other, boolean conjugate) {
      for (int i = 0; i < re.length; i++) {
        double otherIm = conjugate ? -other.im[i] : other.im[i];
        double product = re[i] * other.re[i] - im[i] * otherIm;
        im[i] = re[i] * otherIm + im[i] * other.re[i];
        re[i] = product;
      }
      return this;
    }

    void invert() {
      fourier.inverse(re, im);
    }

    /** Adds the first {@code length} samples to {@code row}. */
    void addTo(double[] row, int length) {
      invert();
      for (int t = 0; t < length; t++) {
        row[t] += re[t];
      }
    }
  }
}
