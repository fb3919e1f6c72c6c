package org.sgconv.oracle;

/** Sum of products of pairs of rows over all lags, and what their transforms carry. */
final class ProductSum {

  /** What a mode makes of all lags of a product, lag 0 of which is at index {@code zero}. */
  interface Folding {
    double[] fold(double[] all, int zero);
  }

  private final Folding folding;
  private double[] sum = {};
  private double carriedSquares;
  private double peakSquares;
  private double operands;

  ProductSum(Folding folding) {
    this.folding = folding;
  }

  /**
   * Adds a product.
   *
   * @param product of rows a and b, all lags
   * @param a ‖a‖
   * @param b ‖b‖
   * @param zero index of lag 0
   */
  void add(double[] product, double a, double b, int zero) {
    double[] lags = folding.fold(product, zero);
    double carried = Math.max(Norms.of(lags), a * b);
    double peak = Norms.peak(lags);
    carriedSquares += carried * carried;
    peakSquares += peak * peak;
    operands = Math.max(operands, Math.max(a, b));
    if (sum.length == 0) {
      sum = lags;
      return;
    }
    for (int i = 0; i < sum.length; i++) {
      sum[i] += lags[i];
    }
  }

  /** The sum over all lags. */
  double[] values() {
    return sum;
  }

  ErrorBound bound() {
    return ErrorBound.ofProducts(
        sum.length,
        Math.max(Norms.of(sum), Math.sqrt(carriedSquares)),
        Math.max(Norms.peak(sum), Math.sqrt(peakSquares)),
        operands);
  }
}
