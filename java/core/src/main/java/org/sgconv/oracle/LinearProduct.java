package org.sgconv.oracle;

/**
 * Linear convolution of two rows in float64: direct sums where they are cheap, otherwise a textbook
 * transform. Near enough to judge float32 by.
 */
final class LinearProduct implements RowProduct {

  /** Products up to which summing them is as fast as transforming. */
  private static final long MOST_DIRECT = 1 << 14;

  /** Points below which a transform goes level by level and no longer into halves. */
  private static final int LEAF = 1 << 10;

  private final int size;
  // Entry half + j, 0 ≤ j < half, is exp(−πi·j/half): each from its own sine and cosine, so that
  // the error grows like log N.
  private final double[] cosines;
  private final double[] sines;

  /**
   * For products of up to {@code lags} lags.
   *
   * @param lags sum of the lengths of both rows, less one
   */
  LinearProduct(int lags) {
    size = Math.max(1, Integer.highestOneBit(2 * lags - 1));
    cosines = new double[size];
    sines = new double[size];
    for (int half = 1; half < size; half *= 2) {
      for (int j = 0; j < half; j++) {
        double angle = -Math.PI * j / half;
        cosines[half + j] = Math.cos(angle);
        sines[half + j] = Math.sin(angle);
      }
    }
  }

  @Override
  public double[] of(double[] a, double[] b) {
    int lags = a.length + b.length - 1;
    if (RowProduct.isSilent(a) || RowProduct.isSilent(b)) {
      return new double[lags];
    }
    return (long) a.length * b.length <= MOST_DIRECT ? direct(a, b) : transformed(a, b, lags);
  }

  private static double[] direct(double[] a, double[] b) {
    double[] out = new double[a.length + b.length - 1];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < b.length; j++) {
        out[i + j] += a[i] * b[j];
      }
    }
    return out;
  }

  /** Half of the imaginary part of the square of a + i·b, both brought to one size first. */
  private double[] transformed(double[] a, double[] b, int lags) {
    int scaleA = RowProduct.scaleOf(a);
    int scaleB = RowProduct.scaleOf(b);
    int n = Integer.highestOneBit(2 * lags - 1);
    double[] re = new double[n];
    double[] im = new double[n];
    for (int i = 0; i < a.length; i++) {
      re[i] = Math.scalb(a[i], -scaleA);
    }
    for (int i = 0; i < b.length; i++) {
      im[i] = Math.scalb(b[i], -scaleB);
    }
    down(re, im, 0, n);
    for (int i = 0; i < n; i++) {
      double real = re[i] * re[i] - im[i] * im[i];
      im[i] = 2 * re[i] * im[i];
      re[i] = real;
    }
    up(re, im, 0, n);
    double[] out = new double[lags];
    for (int i = 0; i < lags; i++) {
      out[i] = Math.scalb(im[i] / (2.0 * n), scaleA + scaleB);
    }
    return out;
  }

  /** Forward, decimation in frequency: leaves the values in bit-reversed order. */
  private void down(double[] re, double[] im, int start, int span) {
    if (span > LEAF) {
      split(re, im, start, span / 2);
      down(re, im, start, span / 2);
      down(re, im, start + span / 2, span / 2);
      return;
    }
    for (int half = span / 2; half > 0; half /= 2) {
      for (int at = start; at < start + span; at += 2 * half) {
        split(re, im, at, half);
      }
    }
  }

  private void split(double[] re, double[] im, int start, int half) {
    for (int j = 0; j < half; j++) {
      int low = start + j;
      int high = low + half;
      double differenceRe = re[low] - re[high];
      double differenceIm = im[low] - im[high];
      re[low] += re[high];
      im[low] += im[high];
      double c = cosines[half + j];
      double s = sines[half + j];
      re[high] = differenceRe * c - differenceIm * s;
      im[high] = differenceRe * s + differenceIm * c;
    }
  }

  /** Back from there, times the number of points. */
  private void up(double[] re, double[] im, int start, int span) {
    if (span > LEAF) {
      up(re, im, start, span / 2);
      up(re, im, start + span / 2, span / 2);
      join(re, im, start, span / 2);
      return;
    }
    for (int half = 1; half < span; half *= 2) {
      for (int at = start; at < start + span; at += 2 * half) {
        join(re, im, at, half);
      }
    }
  }

  private void join(double[] re, double[] im, int start, int half) {
    for (int j = 0; j < half; j++) {
      int low = start + j;
      int high = low + half;
      double c = cosines[half + j];
      double s = sines[half + j];
      double turnedRe = re[high] * c + im[high] * s;
      double turnedIm = im[high] * c - re[high] * s;
      re[high] = re[low] - turnedRe;
      im[high] = im[low] - turnedIm;
      re[low] += turnedRe;
      im[low] += turnedIm;
    }
  }
}
