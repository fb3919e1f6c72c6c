package org.sgconv.signal;

import java.util.Locale;
import org.sgconv.HostMemoryException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;

/** Samples of several channels, as arrays. */
final class ChannelArrays {

  private ChannelArrays() {}

  /**
   * Returns normally if there are channels, of one length of at least one sample.
   *
   * @param what they are, for messages
   */
  static void requireEqual(String what, float[][] channels) {
    if (channels.length == 0 || channels[0].length == 0) {
      throw new InvalidArgumentException(
          "the "
              + what
              + " is empty: "
              + (channels.length == 0 ? "no channel" : "channels of 0 samples")
              + ", must have at least one sample");
    }
    for (int c = 0; c < channels.length; c++) {
      if (channels[c].length != channels[0].length) {
        throw new ShapeMismatchException(
            String.format(
                Locale.ROOT,
                "channels 0 and %d of the %s have %d and %d samples: must have as many",
                c,
                what,
                channels[0].length,
                channels[c].length));
      }
    }
  }

  /**
   * Returns normally if the first samples of every channel are finite.
   *
   * @param what they are, for messages
   * @param count how many of each array
   * @param at index of the first in the whole
   */
  static void requireFinite(String what, float[][] channels, int count, long at, int sampleRate) {
    for (int c = 0; c < channels.length; c++) {
      for (int i = 0; i < count; i++) {
        if (!Float.isFinite(channels[c][i])) {
          throw new InvalidArgumentException(
              String.format(
                  Locale.ROOT,
                  "sample %d of channel %d of the %s (at %.3f s) is %s: must be finite",
                  at + i,
                  c,
                  what,
                  (at + i) / (double) sampleRate,
                  channels[c][i]));
        }
      }
    }
  }

  /**
   * The sum of two lengths.
   *
   * @throws InvalidArgumentException if no array holds that many
   */
  static int sum(int a, int b) {
    return length((long) a + b);
  }

  /**
   * A number of samples, as the length of an array.
   *
   * @throws InvalidArgumentException if no array holds that many
   */
  static int length(long samples) {
    if (samples > Samples.MOST_OF_ARRAY) {
      throw new InvalidArgumentException(
          samples
              + " samples: no array holds more than "
              + Samples.MOST_OF_ARRAY
              + ", take a part of the signal or of the response");
    }
    return (int) samples;
  }

  /**
   * Arrays for samples of several channels.
   *
   * @throws HostMemoryException if the Java heap has no room for them
   */
  static float[][] allocate(int channels, int samples) {
    try {
      return new float[channels][samples];
    } catch (OutOfMemoryError error) {
      throw new HostMemoryException(
          channels + " channels of " + samples + " samples on the Java heap (raise -Xmx)",
          Math.multiplyFull(channels, samples) * Float.BYTES,
          error);
    }
  }
}
