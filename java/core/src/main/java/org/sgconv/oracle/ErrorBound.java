package org.sgconv.oracle;

import org.jspecify.annotations.Nullable;

/**
 * How far one row may be from its exact values when it is computed in float32: norm and largest
 * element of the error. {@link Tolerance} scales it to other element types.
 *
 * <p>The error of a convolution by transforms is relative to what the transform carries. Let r̂ be
 * the exact result over all lags before gates, N̂ their number, and let r̂ᵢ, over all lags too, be
 * the products of the pairs of rows (a, b)ᵢ that are added into it: heads for du, batch rows for
 * dk. Then
 *
 * <pre>{@code
 * S = max(‖r̂‖, √Σᵢ max(‖r̂ᵢ‖, ‖aᵢ‖·‖bᵢ‖)²)        P = max(max|r̂|, √Σᵢ(max|r̂ᵢ|)²)
 * ‖error‖ ≤ 1e-6·S        max|error| ≤ 5e-6·S/√N̂ + 5e-7·P
 * }</pre>
 *
 * <p>A tone in a filter's stop band leaves a small result with an error that is right to S and not
 * to its own size.
 *
 * @since 0.1.0
 */
public final class ErrorBound {

  /** ‖error‖ / S. */
  private static final double NORM = 1e-6;

  /** Of an element, in units of S/√N̂. */
  private static final double SPREAD = 5e-6;

  /** Of an element, in units of the largest of all lags: float32 is no finer there. */
  private static final double PEAK = 5e-7;

  private final double norm;
  private final double element;
  private final double @Nullable [] elements;
  private final double roundings;
  private final double growth;

  private ErrorBound(
      double norm, double element, double @Nullable [] elements, double roundings, double growth) {
    this.norm = norm;
    this.element = element;
    this.elements = elements;
    this.roundings = roundings;
    this.growth = growth;
  }

  /**
   * The bound of a row that is a sum of convolutions.
   *
   * @param lags N̂
   * @param carried S
   * @param peak P
   * @param operands largest norm of an operand
   */
  public static ErrorBound ofProducts(int lags, double carried, double peak, double operands) {
    double root = Math.sqrt(lags);
    double element = SPREAD * carried / root + PEAK * peak;
    // A spectrum is up to √N̂ times as large as its row, and before it is divided by N̂ a result is
    // up to N̂ times as large as S.
    double growth = Math.max(lags * carried, root * operands);
    // Each value below the normal range is off by half its spacing, be it a result's before it is
    // divided by N̂, or a spectrum's after that: N̂ of these, times a spectrum that is √N̂ times as
    // large as the other operand, are summed by all lags.
    double roundings = 2.0 * lags * (1 + operands);
    return new ErrorBound(NORM * carried, element, null, roundings, growth);
  }

  /**
   * The bound of sums of terms: S is the norm of the sums of absolute terms.
   *
   * @param terms for each value the sum of the magnitudes that it is made of, at least its own
   */
  static ErrorBound ofSums(double[] terms) {
    return ofProducts(terms.length, Norms.of(terms), Norms.peak(terms), 0);
  }

  /**
   * A bound that was kept: one that is the same for all elements, from its {@link #norm}, {@link
   * #element}, {@link #roundings} and {@link #growth}.
   */
  public static ErrorBound of(double norm, double element, double roundings, double growth) {
    return new ErrorBound(norm, element, null, roundings, growth);
  }

  /**
   * A bound that is known element by element.
   *
   * @param elements largest error of each, in float32
   * @param growth largest magnitude of anything that the elements are computed from
   */
  static ErrorBound ofElements(double[] elements, double growth) {
    return new ErrorBound(Norms.of(elements), 0, elements, 2, growth);
  }

  /** The bound of the products with these factors: what a gate makes of it. */
  ErrorBound gated(double[] factors) {
    double[] products = new double[factors.length];
    for (int i = 0; i < products.length; i++) {
      products[i] = Math.abs(factors[i]) * element(i);
    }
    double largest = Norms.peak(factors);
    return new ErrorBound(
        Math.min(largest * norm, Norms.of(products)),
        0,
        products,
        largest * roundings + 2,
        Math.max(1, largest) * growth);
  }

  /** The bound of the sum of a row of {@code length} with this bound and another with that. */
  ErrorBound plus(ErrorBound other, int length) {
    double[] sums = new double[length];
    for (int i = 0; i < length; i++) {
      sums[i] = element(i) + other.element(i);
    }
    return new ErrorBound(
        norm + other.norm, 0, sums, roundings + other.roundings, Math.max(growth, other.growth));
  }

  /** The bound of one element of the row by itself. */
  ErrorBound only(int index) {
    double alone = Math.min(norm, element(index));
    return new ErrorBound(alone, alone, null, roundings, growth);
  }

  /** Bound of ‖error‖ in float32. */
  public double norm() {
    return norm;
  }

  /** Bound of |error| of element {@code index} in float32. */
  public double element(int index) {
    return elements == null ? element : elements[index];
  }

  /** S: what errors are relative to. */
  public double carried() {
    return norm / NORM;
  }

  /** How many times the smallest positive value of the type may be added to either bound. */
  public double roundings() {
    return roundings;
  }

  /** The largest magnitude that a value on the way may have. */
  public double growth() {
    return growth;
  }

  /**
   * Whether the row has no exact values, as an operand of it is not finite: then nothing is said of
   * any of its elements.
   */
  boolean isUnspecified() {
    return !Double.isFinite(norm) || !Double.isFinite(growth);
  }
}
