package org.sgconv.signal;

import java.util.Arrays;

/**
 * What of a sound is heard during a stretch of the output: the stretch, the K − 1 samples around it
 * that the response still or already brings there, and silence beyond the ends of the sound. It
 * moves from the start to the end, and each sample is read once.
 *
 * @param <X> what reading may throw
 */
final class ResponseWindow<X extends Exception> {

  private final SoundSource<X> signal;
  private final long length;
  private final int sampleRate;
  private final int lead;
  private final int overlap;

  /** For each channel; index 0 is the sample at {@link #start}. */
  private final float[][] samples;

  private final float[][] fresh;
  private long start;

  /**
   * A window at the start of a signal.
   *
   * @param channels of the signal
   * @param length samples of each channel of the signal
   * @param stretch samples of the output at a time; only the last may be shorter
   */
  ResponseWindow(
      SoundSource<X> signal, int channels, long length, ImpulseResponse response, int stretch) {
    this.signal = signal;
    this.length = length;
    this.sampleRate = response.sampleRate();
    this.lead = response.lead();
    this.overlap = response.length() - 1;
    samples = ChannelArrays.allocate(channels, ChannelArrays.sum(overlap, stretch));
    fresh = ChannelArrays.allocate(channels, stretch);
    start = lead - (long) overlap - samples[0].length;
  }

  /**
   * The samples for the next stretch of the output; silence fills the rest of the array.
   *
   * @param at its first sample: where the one before ended
   */
  float[][] at(long at, int count) throws X {
    // Sample `at` of the output is the product of the response with samples up to at + lead.
    long next = at + lead - overlap;
    int moved = (int) (next - start);
    int kept = samples[0].length - moved;
    for (float[] channel : samples) {
      System.arraycopy(channel, moved, channel, 0, kept);
      Arrays.fill(channel, kept, channel.length, 0);
    }
    start = next;
    read(start + kept, Math.min(start + overlap + count, length), kept);
    return samples;
  }

  /** Index in the window of the sample that sounds itself when the stretch begins. */
  int dry() {
    return overlap - lead;
  }

  private void read(long from, long end, int into) throws X {
    long first = Math.max(from, 0);
    for (long at = first; at < end; ) {
      int count = (int) Math.min(fresh[0].length, end - at);
      signal.read(at, count, fresh);
      ChannelArrays.requireFinite("signal", fresh, count, at, sampleRate);
      for (int c = 0; c < samples.length; c++) {
        System.arraycopy(fresh[c], 0, samples[c], into + (int) (at - from), count);
      }
      at += count;
    }
  }
}
