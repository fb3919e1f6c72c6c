package org.sgconv.internal.reference;

/** The exact Gaussian error linear unit x·Φ(x) (Hendrycks and Gimpel, arXiv 1606.08415). */
final class Gelu {

  private Gelu() {}

  static double value(double x) {
    return x * probability(x);
  }

  /** Φ(x) + x·φ(x). */
  static double derivative(double x) {
    return probability(x) + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }

  private static double probability(double x) {
    return (1 + ErrorFunction.erf(x / Math.sqrt(2))) / 2;
  }
}
