package org.sgconv.signal;

import org.sgconv.InvalidArgumentException;

/**
 * Which samples of a convolution are wanted. All are stretches of {@link #FULL}; the modes and
 * their places are those of {@code scipy.signal.convolve} and {@code correlate}. NumPy's {@code
 * same} has the length of the longer operand and differs where the kernel is the longer one.
 *
 * @since 0.1.0
 */
public enum Extent {
  /** Every sample that any product falls on: n + K − 1. */
  FULL {
    @Override
    public long length(long samples, long kernel) {
      requireSome(samples, kernel);
      return samples + kernel - 1;
    }

    @Override
    public long first(long samples, long kernel) {
      requireSome(samples, kernel);
      return 0;
    }
  },

  /** As many samples as the signal has, in its place: n of FULL, from ⌊(K − 1)/2⌋ on. */
  SAME {
    @Override
    public long length(long samples, long kernel) {
      requireSome(samples, kernel);
      return samples;
    }

    @Override
    public long first(long samples, long kernel) {
      requireSome(samples, kernel);
      return (kernel - 1) / 2;
    }
  },

  /** Where the shorter one lies within the longer one as a whole: max(n, K) − min(n, K) + 1. */
  VALID {
    @Override
    public long length(long samples, long kernel) {
      requireSome(samples, kernel);
      return Math.max(samples, kernel) - Math.min(samples, kernel) + 1;
    }

    @Override
    public long first(long samples, long kernel) {
      requireSome(samples, kernel);
      return Math.min(samples, kernel) - 1;
    }
  };

  /**
   * How many samples these are.
   *
   * @param samples n ≥ 1, of the signal
   * @param kernel K ≥ 1
   * @throws InvalidArgumentException if one is below 1
   */
  public abstract long length(long samples, long kernel);

  /**
   * The index in FULL of the first of them.
   *
   * @param samples n ≥ 1, of the signal
   * @param kernel K ≥ 1
   * @throws InvalidArgumentException if one is below 1
   */
  public abstract long first(long samples, long kernel);

  private static void requireSome(long samples, long kernel) {
    if (samples < 1 || kernel < 1) {
      throw new InvalidArgumentException(
          "a signal of " + samples + " and a kernel of " + kernel + " samples: both must be ≥ 1");
    }
  }
}
