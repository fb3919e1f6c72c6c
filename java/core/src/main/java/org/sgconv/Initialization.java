package org.sgconv;

/**
 * How the parameters of a new kernel are drawn (SGConv, published code, {@code mode}).
 *
 * @since 0.1.0
 */
public enum Initialization {
  /** Independent standard normal values. */
  NORMAL,
  /**
   * Row h of a scale is {@code cos(linspace(0, 2πh, d))}, with the rows in random order; the same
   * for all channels.
   */
  COSINE
}
