package org.sgconv.signal;

/**
 * Where the channels of a sound come from that need not be in memory as a whole, such as a file.
 *
 * @param <X> what reading may throw
 */
interface SoundSource<X extends Exception> {

  /** How many channels there are, ≥ 1. */
  int channelCount();

  /** Samples of each channel, ≥ 1. */
  long length();

  /**
   * Reads a stretch of every channel. Stretches are asked for from the first sample to the last,
   * each once.
   *
   * @param from index of the first sample
   * @param count how many, ≥ 1
   * @param into for each channel an array that holds at least so many; filled from its start
   */
  void read(long from, int count, float[][] into) throws X;
}
