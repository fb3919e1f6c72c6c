package org.sgconv;

/**
 * A value is outside its documented range, or two values contradict each other.
 *
 * @since 0.1.0
 */
public sealed class InvalidArgumentException extends SgConvException
    permits InvalidSettingException {

  private static final long serialVersionUID = 1L;

  /** The message names the value, what was expected and what to do. */
  public InvalidArgumentException(String message) {
    super(message);
  }

  /** As {@link #InvalidArgumentException(String)}, with the failure behind it. */
  public InvalidArgumentException(String message, Throwable cause) {
    super(message, cause);
  }
}
