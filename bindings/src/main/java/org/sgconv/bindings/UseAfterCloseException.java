package org.sgconv.bindings;

/** A context, a plan or the memory of a segment was used, or closed again, after it was closed. */
public final class UseAfterCloseException extends IllegalStateException {

  private static final long serialVersionUID = 1L;

  UseAfterCloseException(String name) {
    super(name + " is closed");
  }
}
