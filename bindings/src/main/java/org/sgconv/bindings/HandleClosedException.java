package org.sgconv.bindings;

/** A context or plan was used, or closed again, after it was closed. */
public final class HandleClosedException extends IllegalStateException {

  private static final long serialVersionUID = 1L;

  HandleClosedException(String handle) {
    super(handle + " is closed");
  }
}
