package org.sgconv.oracle;

/**
 * Linear convolution of two rows in twice the digits of float64, rounded once: what float64 itself
 * is judged by. Every number is the sum of a high and a low part; a textbook transform, and direct
 * sums where they are cheap.
 *
 * <p>Sums and products of such pairs keep about 104 bits (Dekker 1971; the product's rounding error
 * comes from a fused multiply-add).
 */
final class WideProduct implements RowProduct {

  /** Products up to which summing them is as fast as transforming. */
  private static final long MOST_DIRECT = 1 << 14;

  /** Points of the largest transform. */
  private final int size;

  /** exp(−2πi·j/size) for 0 ≤ j < size/2. */
  private final Pairs roots;

  /** Complex numbers, in four arrays. */
  private static final class Pairs {
    final double[] re;
    final double[] reLow;
    final double[] im;
    final double[] imLow;

    Pairs(int count) {
      re = new double[count];
      reLow = new double[count];
      im = new double[count];
      imLow = new double[count];
    }

    void setRe(int at, double high, double low) {
      re[at] = high + low;
      reLow[at] = low - (re[at] - high);
    }

    void setIm(int at, double high, double low) {
      im[at] = high + low;
      imLow[at] = low - (im[at] - high);
    }

    /** Element {@code at} becomes x[i] · y[j], or with y's conjugate. */
    void setProduct(int at, Pairs x, int i, Pairs y, int j, boolean conjugate) {
      double sign = conjugate ? -1 : 1;
      double a = x.re[i];
      double b = x.im[i];
      double c = y.re[j];
      double d = sign * y.im[j];
      double cLow = y.reLow[j];
      double dLow = sign * y.imLow[j];
      double ac = a * c;
      double bd = -b * d;
      double ad = a * d;
      double bc = b * c;
      double real = ac + bd;
      double imaginary = ad + bc;
      double realLow =
          sumError(ac, bd, real)
              + (Math.fma(a, c, -ac) + Math.fma(-b, d, -bd))
              + ((a * cLow + x.reLow[i] * c) - (b * dLow + x.imLow[i] * d));
      double imaginaryLow =
          sumError(ad, bc, imaginary)
              + (Math.fma(a, d, -ad) + Math.fma(b, c, -bc))
              + ((a * dLow + x.reLow[i] * d) + (b * cLow + x.imLow[i] * c));
      setRe(at, real, realLow);
      setIm(at, imaginary, imaginaryLow);
    }

    /** Elements p and q become their sum and, in {@code difference}, at 0, their difference. */
    void split(int p, int q, Pairs difference) {
      double sum = re[p] + re[q];
      double sumLow = sumError(re[p], re[q], sum) + (reLow[p] + reLow[q]);
      double rest = re[p] - re[q];
      difference.setRe(0, rest, sumError(re[p], -re[q], rest) + (reLow[p] - reLow[q]));
      setRe(p, sum, sumLow);
      sum = im[p] + im[q];
      sumLow = sumError(im[p], im[q], sum) + (imLow[p] + imLow[q]);
      rest = im[p] - im[q];
      difference.setIm(0, rest, sumError(im[p], -im[q], rest) + (imLow[p] - imLow[q]));
      setIm(p, sum, sumLow);
    }

    /** Element {@code at} becomes element {@code from} of another. */
    void set(int at, Pairs other, int from) {
      re[at] = other.re[from];
      reLow[at] = other.reLow[from];
      im[at] = other.im[from];
      imLow[at] = other.imLow[from];
    }
  }

  /** What a + b was rounded by to become {@code sum}. */
  private static double sumError(double a, double b, double sum) {
    double added = sum - a;
    return (a - (sum - added)) + (b - added);
  }

  /**
   * For products of up to {@code lags} lags.
   *
   * @param lags sum of the lengths of both rows, less one
   */
  WideProduct(int lags) {
    size = Math.max(4, Integer.highestOneBit(2 * lags - 1));
    roots = new Pairs(size / 2);
    int half = size / 2;
    roots.re[0] = 1;
    roots.im[half / 2] = -1; // a quarter of a turn
    // Half the angle at a time: its root, and times that every root that there is.
    double cosine = 0;
    double cosineLow = 0;
    for (int step = half / 4; step > 0; step /= 2) {
      // cos(x/2)² = (1 + cos x)/2, and below a quarter of a turn both are positive.
      double square = (1 + cosine) / 2;
      double squareLow = (sumError(1, cosine, 1 + cosine) + cosineLow) / 2;
      double root = Math.sqrt(square);
      double rootLow = (Math.fma(-root, root, square) + squareLow) / (2 * root);
      Pairs turn = new Pairs(1);
      turn.setRe(0, root, rootLow);
      // sin(x/2) = sin x / (2·cos(x/2)), sin x being that of the step before.
      divide(turn, roots, 2 * step);
      roots.set(step, turn, 0);
      for (int at = 3 * step; at < half; at += 2 * step) {
        roots.setProduct(at, roots, at - step, turn, 0, false);
      }
      cosine = roots.re[step];
      cosineLow = roots.reLow[step];
    }
  }

  /** The imaginary part of {@code turn} becomes that of a root over twice the real part. */
  private static void divide(Pairs turn, Pairs roots, int at) {
    double by = 2 * turn.re[0];
    double byLow = 2 * turn.reLow[0];
    double quotient = roots.im[at] / by;
    double rest = Math.fma(-quotient, by, roots.im[at]) + (roots.imLow[at] - quotient * byLow);
    turn.setIm(0, quotient, rest / by);
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
    double[] low = new double[out.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < b.length; j++) {
        double product = a[i] * b[j];
        double sum = out[i + j] + product;
        low[i + j] += sumError(out[i + j], product, sum) + Math.fma(a[i], b[j], -product);
        out[i + j] = sum;
      }
    }
    for (int i = 0; i < out.length; i++) {
      out[i] += low[i];
    }
    return out;
  }

  /** Half of the imaginary part of the square of a + i·b, both brought to one size first. */
  private double[] transformed(double[] a, double[] b, int lags) {
    int scaleA = RowProduct.scaleOf(a);
    int scaleB = RowProduct.scaleOf(b);
    int n = Integer.highestOneBit(2 * lags - 1);
    Pairs x = new Pairs(n);
    for (int i = 0; i < a.length; i++) {
      x.re[i] = Math.scalb(a[i], -scaleA);
    }
    for (int i = 0; i < b.length; i++) {
      x.im[i] = Math.scalb(b[i], -scaleB);
    }
    down(x, n);
    for (int i = 0; i < n; i++) {
      x.setProduct(i, x, i, x, i, false);
    }
    up(x, n);
    double[] out = new double[lags];
    for (int i = 0; i < lags; i++) {
      out[i] = Math.scalb(x.im[i] / (2.0 * n), scaleA + scaleB);
    }
    return out;
  }

  /** Forward, decimation in frequency: leaves the values in bit-reversed order. */
  private void down(Pairs x, int n) {
    Pairs difference = new Pairs(1);
    for (int half = n / 2; half > 0; half /= 2) {
      int stride = size / 2 / half;
      for (int start = 0; start < n; start += 2 * half) {
        for (int j = 0; j < half; j++) {
          x.split(start + j, start + j + half, difference);
          x.setProduct(start + j + half, difference, 0, roots, j * stride, false);
        }
      }
    }
  }

  /** Back from there, times the number of points. */
  private void up(Pairs x, int n) {
    Pairs difference = new Pairs(1);
    for (int half = 1; half < n; half *= 2) {
      int stride = size / 2 / half;
      for (int start = 0; start < n; start += 2 * half) {
        for (int j = 0; j < half; j++) {
          x.setProduct(start + j + half, x, start + j + half, roots, j * stride, true);
          x.split(start + j, start + j + half, difference);
          x.set(start + j + half, difference, 0);
        }
      }
    }
  }
}
