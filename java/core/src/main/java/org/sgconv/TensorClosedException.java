package org.sgconv;

/**
 * A tensor was used after it or the tensor it is a view of had been closed.
 *
 * @since 0.1.0
 */
public final class TensorClosedException extends ClosedException {

  private static final long serialVersionUID = 1L;

  /** The message names the tensor and, where known, where it was allocated and closed. */
  public TensorClosedException(String message) {
    super(message);
  }
}
