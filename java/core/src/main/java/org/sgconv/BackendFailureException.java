package org.sgconv;

/**
 * A backend could not do what was asked: its native code reported a failure of its own, or does not
 * support this operation with this build, instruction set or device. As {@link
 * Backend#unavailabilityCause()} it says that the backend is there and cannot be used.
 *
 * @since 0.1.0
 */
public final class BackendFailureException extends SgConvException {

  private static final long serialVersionUID = 1L;

  /** Name of the backend. */
  private final String backend;

  /** Names the backend and the failure in its own words. */
  public BackendFailureException(String backend, String failure) {
    super("backend '" + backend + "' failed: " + failure);
    this.backend = backend;
  }

  /** As {@link #BackendFailureException(String, String)}, with the failure behind it. */
  public BackendFailureException(String backend, String failure, Throwable cause) {
    super("backend '" + backend + "' failed: " + failure, cause);
    this.backend = backend;
  }

  /** Name of the backend. */
  public String backend() {
    return backend;
  }
}
