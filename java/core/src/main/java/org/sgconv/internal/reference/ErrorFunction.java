package org.sgconv.internal.reference;

/** erf in float64, from its two classical expansions (DLMF 7.6.2 and 7.9.3). */
final class ErrorFunction {

  /** Where the sum still needs few terms and the fraction already does. */
  private static final double SWITCH = 3;

  private static final int FRACTION_TERMS = 60;

  private ErrorFunction() {}

  static double erf(double x) {
    double size = Math.abs(x);
    if (size > 6) {
      return Math.signum(x); // 1 − erf(6) is 2e−17
    }
    double value = size < SWITCH ? bySum(size) : 1 - complementByFraction(size);
    return Math.copySign(value, x);
  }

  /** 2/√π · e^(−x²) · Σ 2^n x^(2n+1) / (1·3·…·(2n+1)): no term is negative, so nothing cancels. */
  private static double bySum(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; term > sum * 1e-18; n++) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
    }
    return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  }

  /** e^(−x²)/√π · 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + …)))). */
  private static double complementByFraction(double x) {
    double fraction = x;
    for (int n = FRACTION_TERMS; n > 0; n--) {
      fraction = x + 0.5 * n / fraction;
    }
    return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
  }
}
