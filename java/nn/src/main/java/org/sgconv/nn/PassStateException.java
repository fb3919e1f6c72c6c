package org.sgconv.nn;

import org.sgconv.SgConvException;

/**
 * A call does not fit what the pass has been used for: a backward without a forward, or a second
 * one, or a pass of another backend.
 *
 * @since 0.1.0
 */
public class PassStateException extends SgConvException {

  private static final long serialVersionUID = 1L;

  /** With a message that says what was expected. */
  public PassStateException(String message) {
    super(message);
  }
}
