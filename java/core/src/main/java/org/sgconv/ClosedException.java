package org.sgconv;

/**
 * Something that holds memory was used after it had been closed.
 *
 * @since 0.1.0
 */
public class ClosedException extends SgConvException {

  private static final long serialVersionUID = 1L;

  /** The message names what was closed. */
  public ClosedException(String message) {
    super(message);
  }
}
