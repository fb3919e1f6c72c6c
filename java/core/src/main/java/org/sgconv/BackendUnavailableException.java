package org.sgconv;

/**
 * A backend was asked for by name, or used, and cannot work on this machine.
 *
 * @since 0.1.0
 */
public final class BackendUnavailableException extends SgConvException {

  private static final long serialVersionUID = 1L;

  /** Names the backend; the cause says why and what to do. */
  public BackendUnavailableException(String backend, Throwable cause) {
    super("backend '" + backend + "' is not available: " + cause.getMessage(), cause);
  }
}
