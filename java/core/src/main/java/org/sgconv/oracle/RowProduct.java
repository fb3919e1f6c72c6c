package org.sgconv.oracle;

/** Linear convolution of two rows, every lag of it. */
interface RowProduct {

  /** All a.length + b.length − 1 lags. */
  double[] of(double[] a, double[] b);

  /** Exponent that brings a row to about unit norm. */
  static int scaleOf(double[] row) {
    double norm = Norms.of(row);
    return norm == 0 || !Double.isFinite(norm) ? 0 : Math.getExponent(norm);
  }

  /** Whether a row is zero: then so is a product with it, and not what rounding makes of it. */
  static boolean isSilent(double[] row) {
    return Norms.peak(row) == 0;
  }
}
