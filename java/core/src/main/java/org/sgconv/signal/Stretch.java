package org.sgconv.signal;

import org.sgconv.InvalidArgumentException;
import org.sgconv.spi.ConvolutionGeometry;

/**
 * A stretch of the full convolution of a signal with a kernel.
 *
 * @param samples n, of the signal
 * @param lags K, of the kernel
 * @param first index in FULL of the first sample of the stretch
 * @param count samples of the stretch
 */
record Stretch(long samples, long lags, long first, long count) {

  /** Operands at least, and results, that index arithmetic and plans take. */
  private static final long MOST = ConvolutionGeometry.MAX_LENGTH;

  static Stretch of(Extent extent, long samples, long lags) {
    if (samples < 1 || samples > MOST) {
      throw new InvalidArgumentException(
          "the signal has " + samples + " samples, expected from 1 to " + MOST);
    }
    return new Stretch(samples, lags, extent.first(samples, lags), extent.length(samples, lags));
  }

  /** The same stretch, with the kernel taken for the signal and the signal for the kernel. */
  Stretch swapped() {
    return new Stretch(lags, samples, first, count);
  }

  /** Products that the sums of this stretch have, at most. */
  long products() {
    return Math.multiplyHigh(count, Math.min(samples, lags)) != 0
        ? Long.MAX_VALUE
        : count * Math.min(samples, lags);
  }

  /** One past the last sample, as an index in FULL: what a row from its beginning must hold. */
  long end() {
    return first + count;
  }

  /** {@link #count}, for a Java array. */
  int arrayLength() {
    if (count > Samples.MOST_OF_ARRAY) {
      throw new InvalidArgumentException(
          "the result has "
              + count
              + " samples, more than a Java array can: use tensors, or a SampleSource and a"
              + " SampleSink");
    }
    return (int) count;
  }
}
