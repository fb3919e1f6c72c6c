package org.sgconv;

/** A tensor was used after it or the tensor it is a view of had been closed. */
public final class TensorClosedException extends ClosedException {

  private static final long serialVersionUID = 1L;

  /** The message names the tensor and, where known, where it was allocated and closed. */
  public TensorClosedException(String message) {
    super(message);
  }
}
