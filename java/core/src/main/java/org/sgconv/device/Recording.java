package org.sgconv.device;

/**
 * Work of a stream that is submitted again with one call, at almost no cost for the host. It reads
 * and writes the very tensors that it was recorded with: they must stay open.
 *
 * @since 0.1.0
 */
public interface Recording extends AutoCloseable {

  /**
   * Submits the work once more.
   *
   * @throws org.sgconv.ClosedException if the recording, or a tensor or spectrum of it, is closed
   */
  void replay();

  /** Waits for the stream and frees the recording. Closing a closed recording does nothing. */
  @Override
  void close();
}
