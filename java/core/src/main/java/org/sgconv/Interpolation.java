package org.sgconv;

/**
 * How d parameters are stretched to the d·f values of a piece.
 *
 * @since 0.1.0
 */
public enum Interpolation {
  /** Linear with half-pixel centers, clamped at both ends ({@code align_corners = false}). */
  LINEAR,
  /** {@code w[floor(j/f)]}. */
  NEAREST
}
