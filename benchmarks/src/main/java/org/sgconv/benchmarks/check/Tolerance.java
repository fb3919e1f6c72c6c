package org.sgconv.benchmarks.check;

/**
 * Largest deviation from the float64 reference that is accepted.
 *
 * @param relativeL2 bound of {@link Deviation#relativeL2()}
 * @param largest bound of {@link Deviation#largest()}
 */
public record Tolerance(double relativeL2, double largest) {

  /** For results in float32, forward and backward. */
  public static final Tolerance FLOAT32 = new Tolerance(1e-6, 5e-6);

  /** For results in float64: only the order of additions may differ. */
  public static final Tolerance FLOAT64 = new Tolerance(1e-12, 5e-12);

  /** Whether a deviation is accepted; one that is not a number never is. */
  public boolean accepts(Deviation deviation) {
    return deviation.relativeL2() <= relativeL2 && deviation.largest() <= largest;
  }
}
