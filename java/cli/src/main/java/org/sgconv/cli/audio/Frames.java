package org.sgconv.cli.audio;

import java.io.IOException;

/** A sound that can be read in any order and need not be in memory: channels of equal length. */
public interface Frames {

  /** Frames per second. */
  int sampleRate();

  /** Number of channels. */
  int channelCount();

  /** Samples of each channel. */
  long frameCount();

  /** Largest absolute value over all channels. */
  float peak();

  /**
   * Reads a stretch of every channel.
   *
   * @param from index of the first frame
   * @param count how many
   * @param into for each channel an array of at least as many, filled from its start
   */
  void read(long from, int count, float[][] into) throws IOException;
}
