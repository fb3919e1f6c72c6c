package org.sgconv;

/**
 * The calling thread was interrupted during long work, which was given up. The thread's interrupt
 * status is still set; everything stays usable, and what was to be written is undefined.
 *
 * @since 0.1.0
 */
public final class OperationInterruptedException extends SgConvException {

  private static final long serialVersionUID = 1L;

  /** The message names the work. */
  public OperationInterruptedException(String message) {
    super(message);
  }
}
