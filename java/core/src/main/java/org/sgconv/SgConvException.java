package org.sgconv;

/**
 * Base of every exception this library throws on purpose.
 *
 * @since 0.1.0
 */
public class SgConvException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Creates an exception with a message that names the value and what was expected. */
  public SgConvException(String message) {
    super(message);
  }

  /** Creates an exception with a message and the failure behind it. */
  public SgConvException(String message, Throwable cause) {
    super(message, cause);
  }
}
