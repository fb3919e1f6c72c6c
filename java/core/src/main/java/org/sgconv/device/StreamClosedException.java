package org.sgconv.device;

import org.sgconv.ClosedException;

/**
 * A stream was used after it had been closed.
 *
 * @since 0.1.0
 */
public final class StreamClosedException extends ClosedException {

  private static final long serialVersionUID = 1L;

  /** The message names the stream. */
  public StreamClosedException(String message) {
    super(message);
  }
}
