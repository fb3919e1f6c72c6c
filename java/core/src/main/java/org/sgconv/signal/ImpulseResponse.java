package org.sgconv.signal;

import java.util.Locale;
import org.sgconv.Backend;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.tensor.DType;

/**
 * What a room, a loudspeaker or a filter makes of an impulse: one, two or four channels of K
 * samples at a sample rate. Channels meet as in Web Audio's {@code ConvolverNode}:
 *
 * <table>
 * <caption>Channels</caption>
 * <thead><tr><th>response</th><th>signal</th><th>output</th></tr></thead>
 * <tbody>
 * <tr><td>1</td><td>any number</td><td>as many: each channel by itself</td></tr>
 * <tr><td>2</td><td>1 or 2</td><td>2: left with left, right with right; mono with both</td></tr>
 * <tr><td>4</td><td>1 or 2</td><td>2: LL, LR, RL, RR, the first letter being the side that sounds,
 * the second the side that hears; mono sounds from both sides</td></tr>
 * </tbody>
 * </table>
 *
 * <p>
 *
 * {@snippet :
 * ImpulseResponse hall = ImpulseResponse.of(44_100, left, right).normalized().resampled(48_000);
 * float[][] wet = hall.apply(song, 48_000);
 * try (ResponsePlan plan = hall.on(Backends.best(), 48_000)) {
 *   float[][] mixed = plan.apply(song, 0.3, true);
 * }
 * }
 *
 * <p>Immutable; any thread may use it.
 *
 * @see <a href="https://www.w3.org/TR/webaudio/#ConvolverNode">Web Audio API, W3C Recommendation of
 *     2021, "The ConvolverNode Interface", with "Channel Configurations for Input, Impulse Response
 *     and Output"</a>
 * @since 0.1.0
 */
public final class ImpulseResponse {

  /** Web Audio's GainCalibration, GainCalibrationSampleRate and MinPower. */
  private static final double GAIN_CALIBRATION = 0.00125;

  private static final double CALIBRATION_RATE = 44_100;
  private static final double LEAST_POWER = 0.000125;

  /** Of four channels two are heard on each side. */
  private static final double TRUE_STEREO_GAIN = 0.5;

  private final int sampleRate;
  private final float[][] channels;
  private final int lead;

  private ImpulseResponse(int sampleRate, float[][] channels, int lead) {
    this.sampleRate = sampleRate;
    this.channels = channels;
    this.lead = lead;
  }

  /**
   * A response of samples, which are copied.
   *
   * @param sampleRate samples per second, ≥ 1
   * @param channels one, two or four of the same length K ≥ 1
   * @throws InvalidArgumentException if the rate is below 1, there is another number of channels,
   *     or a sample is not finite; it is named
   * @throws ShapeMismatchException if channels are empty or of different lengths
   */
  public static ImpulseResponse of(int sampleRate, float[]... channels) {
    if (sampleRate < 1) {
      throw new InvalidArgumentException(
          "sample rate of a response is " + sampleRate + " Hz: must be ≥ 1");
    }
    if (channels.length != 1 && channels.length != 2 && channels.length != 4) {
      throw new InvalidArgumentException(
          "a response of "
              + channels.length
              + " channels: expected 1 (mono), 2 (stereo) or 4 (true stereo: LL, LR, RL, RR)");
    }
    ChannelArrays.requireEqual("response", channels);
    ChannelArrays.requireFinite("response", channels, channels[0].length, 0, sampleRate);
    float[][] copies = new float[channels.length][];
    for (int c = 0; c < copies.length; c++) {
      copies[c] = channels[c].clone();
    }
    return new ImpulseResponse(sampleRate, copies, 0);
  }

  /** Samples per second. */
  public int sampleRate() {
    return sampleRate;
  }

  /** 1, 2 or 4. */
  public int channelCount() {
    return channels.length;
  }

  /** K: samples of each channel, those before lag 0 included. */
  public int length() {
    return channels[0].length;
  }

  /**
   * Samples before lag 0. A response that was resampled has some: the filter rings a little before
   * a sound as well as after it, and if that were cut a direct sound at lag 0 would lose its
   * treble.
   */
  public int lead() {
    return lead;
  }

  /**
   * The samples of one channel, a copy; lag 0 is at {@link #lead()}.
   *
   * @throws InvalidArgumentException if there is no such channel
   */
  public float[] channel(int index) {
    if (index < 0 || index >= channels.length) {
      throw new InvalidArgumentException(
          "channel is " + index + ", expected 0 to " + (channels.length - 1));
    }
    return channels[index].clone();
  }

  /**
   * The factor that brings responses of all kinds to about the loudness of the sound without them.
   * As Web Audio has it: 0.00125 / max(rms, 0.000125) · 44100/rate, with the rms of all samples of
   * all channels, and half of that for four channels.
   *
   * @see <a href="https://www.w3.org/TR/webaudio/#dom-convolvernode-normalize">Web Audio API, "The
   *     ConvolverNode Interface", attribute {@code normalize}</a>
   */
  public double normalizationScale() {
    double squares = 0;
    for (float[] channel : channels) {
      for (float sample : channel) {
        squares += (double) sample * sample;
      }
    }
    double rms = Math.sqrt(squares / ((double) channels.length * length()));
    double scale = GAIN_CALIBRATION / Math.max(rms, LEAST_POWER) * (CALIBRATION_RATE / sampleRate);
    return channels.length == 4 ? TRUE_STEREO_GAIN * scale : scale;
  }

  /** This response times {@link #normalizationScale()}. */
  public ImpulseResponse normalized() {
    double scale = normalizationScale();
    float[][] scaled = ChannelArrays.allocate(channels.length, length());
    for (int c = 0; c < scaled.length; c++) {
      for (int i = 0; i < scaled[c].length; i++) {
        scaled[c][i] = (float) (scale * channels[c][i]);
      }
    }
    return new ImpulseResponse(sampleRate, scaled, lead);
  }

  /**
   * This response at another sample rate, by the filter of {@link Resampler}. What it does to a
   * sound stays the same at every frequency that both rates have: samples are multiplied by
   * from/to, as there are to/from times as many to be summed. It becomes longer by the filter's
   * reach at either end ({@link #lead()}).
   *
   * @param rate samples per second, ≥ 1
   * @return this, if that is its rate
   * @throws InvalidArgumentException as {@link Resampler#of}, or if no array holds the result
   * @throws org.sgconv.HostMemoryException if the Java heap has no room for it
   */
  public ImpulseResponse resampled(int rate) {
    if (rate == sampleRate) {
      return this;
    }
    Resampler resampler = Resampler.of(sampleRate, rate);
    int before = resampler.length(lead + resampler.reach());
    int after = resampler.length(length() - lead + resampler.reach());
    int count = ChannelArrays.sum(before, after);
    double gain = (double) sampleRate / rate;
    float[][] resampled = ChannelArrays.allocate(channels.length, count);
    for (int c = 0; c < resampled.length; c++) {
      double[] values = resampler.values(Samples.widened(channels[c]), lead, -before, count);
      for (int i = 0; i < count; i++) {
        resampled[c][i] = (float) (gain * values[i]);
      }
    }
    return new ImpulseResponse(rate, resampled, before);
  }

  /**
   * How many channels a signal has afterwards.
   *
   * @param signal its channels now, ≥ 1
   * @throws InvalidArgumentException naming both numbers, if they do not fit, or if the signal has
   *     none
   */
  public int outputChannels(int signal) {
    if (signal < 1) {
      throw new InvalidArgumentException(
          "a signal of " + signal + " channels: must have one at least");
    }
    if (channels.length == 1) {
      return signal;
    }
    if (signal > 2) {
      throw new InvalidArgumentException(
          String.format(
              Locale.ROOT,
              "a response of %d channels and a signal of %d do not fit: a response of %d takes a"
                  + " signal of 1 or 2, a response of 1 takes any",
              channels.length,
              signal,
              channels.length));
    }
    return 2;
  }

  /**
   * A plan that applies this response to signals of any length; the caller closes it.
   *
   * @param signalRate samples per second of the signals
   * @throws InvalidArgumentException naming both rates, if it is another than the response's: they
   *     are never adapted unasked
   */
  public ResponsePlan on(Backend backend, int signalRate) {
    if (signalRate != sampleRate) {
      throw new InvalidArgumentException(
          String.format(
              Locale.ROOT,
              "a response of %d Hz and a signal of %d Hz: take resampled(%d) of the response",
              sampleRate,
              signalRate,
              signalRate));
    }
    return new ResponsePlan(this, backend);
  }

  /**
   * What this response alone makes of a signal, on the best backend: of n samples a channel as
   * many.
   *
   * @param signal channels of n ≥ 1 samples
   * @param signalRate samples per second
   * @return {@link #outputChannels} channels
   * @throws InvalidArgumentException as {@link #on} and {@link ResponsePlan#apply}
   */
  public float[][] apply(float[][] signal, int signalRate) {
    try (ResponsePlan plan = on(HostBackend.taking(DType.FLOAT32), signalRate)) {
      return plan.apply(signal, 1, false);
    }
  }

  /** The samples themselves, for those who do not change them. */
  float[] samples(int channel) {
    return channels[channel];
  }
}
