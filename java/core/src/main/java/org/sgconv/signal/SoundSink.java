package org.sgconv.signal;

/**
 * Where the channels of a sound go that need not be in memory as a whole, such as a file.
 *
 * @param <X> what writing may throw
 */
@FunctionalInterface
interface SoundSink<X extends Exception> {

  /**
   * Takes a stretch of every channel. Stretches come from the first sample to the last, each once.
   *
   * @param at index of the first sample
   * @param count how many, ≥ 1
   * @param from for each channel an array that begins with them; not to be kept
   */
  void write(long at, int count, float[][] from) throws X;
}
