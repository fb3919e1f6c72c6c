package org.sgconv.cli.audio;

import java.util.Objects;

/**
 * Samples of a recording, one array per channel, full scale ±1.
 *
 * <p>The arrays are not copied: a recording may be hundreds of megabytes.
 */
public final class Sound implements Frames {

  private final int sampleRate;
  private final float[][] channels;

  /**
   * Takes the arrays over.
   *
   * @param sampleRate frames per second, ≥ 1
   * @param channels at least one array; all of the same length, at least one sample
   */
  public Sound(int sampleRate, float[][] channels) {
    Objects.requireNonNull(channels, "channels");
    if (sampleRate < 1) {
      throw new IllegalArgumentException("sample rate " + sampleRate + " Hz: expected at least 1");
    }
    if (channels.length == 0 || channels[0].length == 0) {
      throw new IllegalArgumentException("a sound needs at least one channel and one sample");
    }
    for (float[] channel : channels) {
      if (channel.length != channels[0].length) {
        throw new IllegalArgumentException(
            "channels of " + channels[0].length + " and " + channel.length + " samples");
      }
    }
    this.sampleRate = sampleRate;
    this.channels = channels;
  }

  @Override
  public int sampleRate() {
    return sampleRate;
  }

  @Override
  public int channelCount() {
    return channels.length;
  }

  @Override
  public long frameCount() {
    return channels[0].length;
  }

  /** The samples of one channel, not a copy. */
  public float[] channel(int index) {
    return channels[index];
  }

  @Override
  public float peak() {
    float peak = 0;
    for (float[] channel : channels) {
      for (float sample : channel) {
        peak = Math.max(peak, Math.abs(sample));
      }
    }
    return peak;
  }

  @Override
  public void read(long from, int count, float[][] into) {
    for (int c = 0; c < channels.length; c++) {
      System.arraycopy(channels[c], (int) from, into[c], 0, count);
    }
  }
}
