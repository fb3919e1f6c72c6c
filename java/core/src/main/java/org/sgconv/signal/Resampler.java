package org.sgconv.signal;

import java.util.Locale;
import java.util.stream.IntStream;
import org.sgconv.InvalidArgumentException;

/**
 * Brings a signal to another sample rate: band-limited interpolation by a polyphase filter, in
 * float64.
 *
 * <p>The filter is a sinc under a Kaiser window of 383 samples of the lower rate. It passes up to
 * 0.95 of half of the lower rate, flat to 1e-7, and lowers all from there on by 140 dB; between the
 * two it falls. It has no delay: sample i of the signal stands at the same time before and after,
 * and beyond its ends the signal counts as zero. Both rates are whole numbers, so the ratio is
 * exact, and no time is lost however long a signal is.
 *
 * <p>
 *
 * {@snippet :
 * float[] at48k = Resampler.of(44_100, 48_000).apply(at44k);
 * }
 *
 * <p>Any thread may use it.
 *
 * @since 0.1.0
 */
public final class Resampler {

  /** Rates further apart than this are a mistake, and would need a filter without end. */
  private static final int LARGEST_RATIO = 1024;

  private final int from;
  private final int to;

  /** In lowest terms, {@code up} samples stand for {@code down} of the signal. */
  private final int up;

  private final int down;
  private final SincFilter filter;

  private Resampler(int from, int to) {
    this.from = from;
    this.to = to;
    int common = greatestCommonDivisor(from, to);
    this.up = to / common;
    this.down = from / common;
    this.filter = new SincFilter(Math.min(1, (double) to / from));
  }

  /**
   * A resampler between two rates.
   *
   * @param from samples per second of the signal, ≥ 1
   * @param to samples per second of the result, ≥ 1
   * @throws InvalidArgumentException if a rate is below 1, or they are more than a factor of 1024
   *     apart
   */
  public static Resampler of(int from, int to) {
    if (from < 1 || to < 1) {
      throw new InvalidArgumentException(
          String.format(Locale.ROOT, "rates are %d and %d Hz: both must be ≥ 1", from, to));
    }
    long lower = Math.min(from, to);
    if (Math.max(from, to) > lower * LARGEST_RATIO) {
      throw new InvalidArgumentException(
          String.format(
              Locale.ROOT,
              "from %d to %d Hz: rates must be within a factor of %d; resample in two steps",
              from,
              to,
              LARGEST_RATIO));
    }
    return new Resampler(from, to);
  }

  private static int greatestCommonDivisor(int a, int b) {
    return b == 0 ? a : greatestCommonDivisor(b, a % b);
  }

  /** Samples per second of the signal. */
  public int from() {
    return from;
  }

  /** Samples per second of the result. */
  public int to() {
    return to;
  }

  /**
   * Samples of the signal on either side of a place that have a part in the result there; 0 where
   * the rates are the same, which leaves the signal as it is.
   */
  public int reach() {
    return up == down ? 0 : filter.reach();
  }

  /**
   * Samples that {@code length} samples become: all whose time is before the end of the signal,
   * ⌈length · to / from⌉.
   *
   * @param length ≥ 1
   * @throws InvalidArgumentException if the length is below 1 or no array holds the result
   */
  public int length(int length) {
    if (length < 1) {
      throw new InvalidArgumentException("a signal of " + length + " samples: must have ≥ 1");
    }
    long samples = ((long) length * up + down - 1) / down;
    if (samples > Samples.MOST_OF_ARRAY) {
      throw new InvalidArgumentException(
          String.format(
              Locale.ROOT,
              "%d samples at %d Hz are %d at %d Hz: no array holds them, take a part of the signal",
              length,
              from,
              samples,
              to));
    }
    return (int) samples;
  }

  /**
   * The signal at the other rate.
   *
   * @param signal n ≥ 1 samples; a value that is not finite spoils what is within {@link #reach()}
   * @return {@link #length} samples, rounded once from float64
   * @throws InvalidArgumentException if the signal is empty or no array holds the result
   * @throws org.sgconv.HostMemoryException if the Java heap has no room for it
   */
  public float[] apply(float[] signal) {
    double[] resampled = apply(Samples.widened(signal));
    float[] narrow = Samples.newFloats(resampled.length);
    for (int i = 0; i < narrow.length; i++) {
      narrow[i] = (float) resampled[i];
    }
    return narrow;
  }

  /** As {@link #apply(float[])}, in float64. */
  public double[] apply(double[] signal) {
    return values(signal, 0, 0, length(signal.length));
  }

  /**
   * Values at the other rate, wherever they are.
   *
   * @param origin the sample of the signal at whose time value 0 stands
   * @param first the first value that is wanted; negative before the origin
   * @param count how many are wanted
   */
  double[] values(double[] signal, int origin, long first, int count) {
    double[] values = Samples.newDoubles(count);
    // Values at one distance from the signal's samples share their factors, which are made once.
    IntStream.range(0, Math.min(up, count))
        .parallel()
        .forEach(start -> fillPhase(signal, origin, first, start, values));
    return values;
  }

  /** Every value {@code up} apart from the one at {@code start}. */
  private void fillPhase(double[] signal, int origin, long first, int start, double[] values) {
    double phase = (double) Math.floorMod((first + start) * down, up) / up;
    int reach = reach();
    double[] factors = new double[2 * reach + 1];
    for (int j = 0; j < factors.length; j++) {
      factors[j] = up == down ? 1 : filter.at(phase + reach - j);
    }
    for (long i = start; i < values.length; i += up) {
      // Sample `before + j` is at the distance of factor j.
      long before = origin + Math.floorDiv((first + i) * down, up) - reach;
      int end = (int) Math.min(factors.length, signal.length - before);
      double sum = 0;
      for (int j = Math.clamp(-before, 0, factors.length); j < end; j++) {
        sum += factors[j] * signal[(int) (before + j)];
      }
      values[(int) i] = sum;
    }
  }
}
