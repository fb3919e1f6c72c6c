package org.sgconv;

/**
 * A tensor, or what kernel parameters are for, has another shape than the operation needs.
 *
 * @since 0.1.0
 */
public final class ShapeMismatchException extends SgConvException {

  private static final long serialVersionUID = 1L;

  /** The message names the operand, its shape and the shape that was expected. */
  public ShapeMismatchException(String message) {
    super(message);
  }
}
