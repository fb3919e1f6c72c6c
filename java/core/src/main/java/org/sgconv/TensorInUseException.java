package org.sgconv;

/**
 * A tensor was closed while a call was using its memory; it stays open.
 *
 * @since 0.1.0
 */
public final class TensorInUseException extends SgConvException {

  private static final long serialVersionUID = 1L;

  /** The message names the tensor, which Java code reads or writes. */
  public TensorInUseException(String message) {
    super(message);
  }

  /** The message names the tensor; the cause is the memory session's refusal. */
  public TensorInUseException(String message, Throwable cause) {
    super(message, cause);
  }
}
