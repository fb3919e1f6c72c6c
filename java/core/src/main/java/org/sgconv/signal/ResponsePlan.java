package org.sgconv.signal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sgconv.Backend;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.TypeMismatchException;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.tensor.DType;

/**
 * An {@link ImpulseResponse} made ready on a backend, for signals of any length. Any number of
 * threads may call it.
 *
 * <p>What leaves the range of float32 on the way is infinite or not a number in the result, as with
 * a {@link Convolver}.
 *
 * @since 0.1.0
 */
public final class ResponsePlan implements AutoCloseable {

  /** Samples of all channels that are computed at a time, unless the response is long. */
  private static final int STRETCH = 1 << 21;

  /** A stretch is longer than what it has to hear of the one before by at least this factor. */
  private static final int STRETCH_TO_RESPONSE = 8;

  private static final int LONGEST_STRETCH = 1 << 29;

  private final ImpulseResponse response;
  private final List<Convolver> paths = new ArrayList<>();

  ResponsePlan(ImpulseResponse response, Backend backend) {
    this.response = response;
    try {
      for (int c = 0; c < response.channelCount(); c++) {
        paths.add(Convolver.named("the plan of the response", backend, response.samples(c)));
      }
    } catch (RuntimeException | Error failure) {
      close();
      throw failure;
    }
  }

  /** What is applied. */
  public ImpulseResponse response() {
    return response;
  }

  /**
   * Samples that come out for each channel.
   *
   * @param length n ≥ 1, of the signal
   * @param tail whether the response is heard to its end after the signal has ended: then n + K − 1
   *     less those before lag 0, and otherwise n
   * @throws InvalidArgumentException if there is no signal of such a length
   */
  public long outputLength(long length, boolean tail) {
    if (length < 1 || length > ConvolutionGeometry.MAX_LENGTH) {
      throw new InvalidArgumentException(
          "the signal has "
              + length
              + " samples, expected from 1 to "
              + ConvolutionGeometry.MAX_LENGTH);
    }
    return tail ? length + response.length() - 1 - response.lead() : length;
  }

  /**
   * The signal with its response: (1 − mix)·signal + mix·response ∗ signal.
   *
   * @param signal channels of n ≥ 1 samples, all finite; left as they are
   * @param mix how much of the response is heard, 0 to 1; the rest is the signal, which where it is
   *     mono and the output stereo is on both sides
   * @param tail whether the result goes on to the end of the response
   * @return {@link ImpulseResponse#outputChannels} channels of {@link #outputLength} samples
   * @throws InvalidArgumentException if channels do not fit, the signal is empty, a sample is not
   *     finite, no array holds the result, or the mix is not from 0 to 1
   * @throws ShapeMismatchException if channels have different lengths
   */
  public float[][] apply(float[][] signal, double mix, boolean tail) {
    ChannelArrays.requireEqual("signal", signal);
    int outputs = response.outputChannels(signal.length);
    float[][] result =
        ChannelArrays.allocate(outputs, ChannelArrays.length(outputLength(signal[0].length, tail)));
    this.<RuntimeException>run(
        new ArraySource(signal),
        (at, count, from) -> {
          for (int c = 0; c < outputs; c++) {
            System.arraycopy(from[c], 0, result[c], (int) at, count);
          }
        },
        mix,
        tail,
        ProgressListener.NONE);
    return result;
  }

  /**
   * As {@link #apply(float[][], double, boolean)}, of a sound that is read and written stretch by
   * stretch: there are a few million samples in memory, and the response, however long the sound
   * is.
   *
   * @param signal its rows are the channels
   * @param result gets as many rows as {@link ImpulseResponse#outputChannels} says
   * @param progress told of the samples of each channel that were written
   * @throws TypeMismatchException if the samples are not of {@link DType#FLOAT32}
   * @throws InvalidArgumentException as of arrays
   * @throws IOException of the signal or the result
   */
  public void apply(
      SampleSource signal, SampleSink result, double mix, boolean tail, ProgressListener progress)
      throws IOException {
    if (signal.type() != DType.FLOAT32) {
      throw new TypeMismatchException(
          "the signal is " + signal.type() + ", a response takes FLOAT32");
    }
    this.<IOException>run(
        new SoundSource<>() {
          @Override
          public int channelCount() {
            return signal.rows();
          }

          @Override
          public long length() {
            return signal.length();
          }

          @Override
          public void read(long from, int count, float[][] into) throws IOException {
            signal.read(from, rows(into, count));
          }
        },
        (at, count, from) -> result.write(at, rows(from, count)),
        mix,
        tail,
        progress);
  }

  /** The beginnings of arrays, as memory. */
  private static List<MemorySegment> rows(float[][] channels, int count) {
    return Arrays.stream(channels)
        .map(channel -> MemorySegment.ofArray(channel).asSlice(0, (long) count * Float.BYTES))
        .toList();
  }

  private <X extends Exception> void run(
      SoundSource<X> signal,
      SoundSink<X> result,
      double mix,
      boolean tail,
      ProgressListener progress)
      throws X {
    if (!(mix >= 0 && mix <= 1)) {
      throw new InvalidArgumentException("mix is " + mix + ": must be from 0 to 1");
    }
    // Asked once: what they say later does not matter.
    int channels = signal.channelCount();
    long samples = signal.length();
    long length = outputLength(samples, tail);
    int outputs = response.outputChannels(channels);
    // Whoever closes this closes the first path first, and waits there.
    try (FixedKernels.Use _ = paths.getFirst().use()) {
      int stretch = (int) Math.min(length, stretch(channels));
      ResponseWindow<X> window = new ResponseWindow<>(signal, channels, samples, response, stretch);
      float[][] out = ChannelArrays.allocate(outputs, stretch);
      run(window, result, out, length, mix, progress);
    }
  }

  private <X extends Exception> void run(
      ResponseWindow<X> window,
      SoundSink<X> result,
      float[][] out,
      long length,
      double mix,
      ProgressListener progress)
      throws X {
    int stretch = out[0].length;
    for (long at = 0; at < length; ) {
      int count = (int) Math.min(stretch, length - at);
      float[][] heard = window.at(at, count);
      for (int c = 0; c < out.length; c++) {
        wet(heard, c, out[c]);
        mix(heard[Math.min(c, heard.length - 1)], window.dry(), out[c], count, mix);
      }
      result.write(at, count, out);
      at += count;
      progress.progress(at, length);
    }
  }

  private long stretch(int channels) {
    long least = (long) STRETCH_TO_RESPONSE * response.length();
    return Math.min(Math.max(STRETCH / channels, least), LONGEST_STRETCH);
  }

  /** What is heard in one output channel of the response alone. */
  private void wet(float[][] heard, int output, float[] into) {
    int last = heard.length - 1;
    switch (response.channelCount()) {
      case 1 -> paths.get(0).apply(heard[output], Extent.VALID, into);
      case 2 -> paths.get(output).apply(heard[Math.min(output, last)], Extent.VALID, into);
      default -> {
        paths.get(output).apply(heard[0], Extent.VALID, into);
        float[] right = paths.get(2 + output).apply(heard[last], Extent.VALID);
        for (int i = 0; i < right.length; i++) {
          into[i] += right[i];
        }
      }
    }
  }

  private static void mix(float[] dry, int from, float[] out, int count, double mix) {
    float wetGain = (float) mix;
    float dryGain = (float) (1 - mix);
    if (dryGain == 0) {
      return;
    }
    if (wetGain == 0) {
      System.arraycopy(dry, from, out, 0, count); // whatever the response makes of it
      return;
    }
    for (int i = 0; i < count; i++) {
      out[i] = wetGain * out[i] + dryGain * dry[from + i];
    }
  }

  /**
   * Gives the memory of the response back, once the calls of other threads have returned. Closing
   * it again does nothing.
   *
   * @throws InvalidArgumentException if it is called by a listener, source or sink of a call of
   *     this plan
   */
  @Override
  public void close() {
    if (!paths.isEmpty()) {
      paths.getFirst().close(); // alone: if a call is under way, nothing is closed
      Closer.all(paths);
    }
  }

  /** Channels in arrays. */
  @SuppressWarnings("ArrayRecordComponent") // Read through the interface; never compared.
  private record ArraySource(float[][] channels) implements SoundSource<RuntimeException> {

    @Override
    public int channelCount() {
      return channels.length;
    }

    @Override
    public long length() {
      return channels[0].length;
    }

    @Override
    public void read(long from, int count, float[][] into) {
      for (int c = 0; c < channels.length; c++) {
        System.arraycopy(channels[c], (int) from, into[c], 0, count);
      }
    }
  }
}
