package org.sgconv.signal;

/**
 * Told how far a long computation has come, by the thread that computes. What it throws ends the
 * computation.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ProgressListener {

  /** Tells nobody. */
  ProgressListener NONE = (done, total) -> {};

  /**
   * So much is done.
   *
   * @param done samples of the result, in all rows; grows from call to call and ends with total
   * @param total of the samples that there will be
   */
  void progress(long done, long total);
}
