package org.sgconv;

/**
 * How a structured kernel decays with the lag.
 *
 * @since 0.1.0
 */
public enum DecayLaw {
  /** Piece i is multiplied by {@code m_h^(S−1−i)}; the multipliers are not learned. */
  GEOMETRIC,
  /** The value at lag t is multiplied by {@code (t+1)^(−δ_h)}; the exponents have a gradient. */
  POWER
}
