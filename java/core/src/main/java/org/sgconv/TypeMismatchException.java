package org.sgconv;

/**
 * A tensor holds another element type than the operation needs; nothing is converted silently.
 *
 * @since 0.1.0
 */
public final class TypeMismatchException extends SgConvException {

  private static final long serialVersionUID = 1L;

  /** The message names the tensor, its type and the type that was expected. */
  public TypeMismatchException(String message) {
    super(message);
  }
}
