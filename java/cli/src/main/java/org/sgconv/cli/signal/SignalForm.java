package org.sgconv.cli.signal;

import java.util.Arrays;
import java.util.OptionalInt;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;

/**
 * What is known of a signal (B,H,L) before any of its values is read.
 *
 * @param name what people call it: a file name
 * @param batch B ≥ 1
 * @param hidden H ≥ 1
 * @param length L ≥ 1
 * @param sampleRate samples per second, if the signal has a rate
 */
public record SignalForm(String name, long batch, int hidden, long length, OptionalInt sampleRate) {

  /**
   * The form of a signal that has these sizes.
   *
   * @param dims (B,H,L), or (H,L) or (L) for sizes of 1 in front
   * @throws ShapeMismatchException if there is another number of axes, no sample, or an H that no
   *     convolution takes
   */
  static SignalForm of(String name, OptionalInt sampleRate, long... dims) {
    int missing = 3 - dims.length;
    if (missing < 0 || dims.length == 0) {
      throw new ShapeMismatchException(
          "signal " + name + " has shape " + text(dims) + ", expected (B,H,L), (H,L) or (L)");
    }
    long[] all = new long[] {1, 1, 1};
    System.arraycopy(dims, 0, all, missing, dims.length);
    if (Arrays.stream(all).anyMatch(dim -> dim < 1) || all[1] > Integer.MAX_VALUE) {
      throw new ShapeMismatchException(
          "signal "
              + name
              + " has shape "
              + text(dims)
              + ", expected at least one sample, and H of at most "
              + Integer.MAX_VALUE);
    }
    return new SignalForm(name, all[0], (int) all[1], all[2], sampleRate);
  }

  private static String text(long[] dims) {
    return Arrays.toString(dims).replace('[', '(').replace(']', ')');
  }

  /** As people write the shape: (2, 1, 48000). */
  public String shapeText() {
    return text(new long[] {batch, hidden, length});
  }

  /**
   * The form in which each row stands {@code count} times, so that {@code count} kernels can be
   * applied to it.
   *
   * @throws InvalidArgumentException if H is not 1 or {@code count} is below 1
   */
  public SignalForm repeated(int count) {
    if (count < 1) {
      throw new InvalidArgumentException("hidden is " + count + ": must be ≥ 1");
    }
    if (hidden != 1) {
      throw new InvalidArgumentException(
          "signal "
              + name
              + " has shape "
              + shapeText()
              + ": only a signal with H = 1 can be repeated to another hidden width");
    }
    return new SignalForm(name, batch, count, length, sampleRate);
  }
}
