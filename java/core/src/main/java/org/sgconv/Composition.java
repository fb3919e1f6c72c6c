package org.sgconv;

/**
 * How the scales of a structured kernel are put together (SGConv, section 4).
 *
 * @since 0.1.0
 */
public enum Composition {
  /** Piece i has length {@code d·2^(max(0,i−1)+r)}; pieces follow one another. */
  CONCATENATE,
  /** Piece i has length {@code d·2^(i+r)}; every piece starts at lag 0 and they are added. */
  SUM
}
