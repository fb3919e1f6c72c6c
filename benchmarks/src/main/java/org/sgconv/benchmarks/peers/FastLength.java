package org.sgconv.benchmarks.peers;

/** Transform lengths that every FFT library is quick at. */
final class FastLength {

  private FastLength() {}

  /** The least even n = 2^a·3^b·5^c that holds the 2·length-1 samples of a linear convolution. */
  static int forLinear(int length) {
    return atLeast(2L * length - 1);
  }

  /** The least even n = 2^a·3^b·5^c that is at least that. */
  static int atLeast(long samples) {
    long least = Math.max(2, samples);
    for (long n = least + (least & 1); n <= Integer.MAX_VALUE - 2; n += 2) {
      if (isSmooth(n)) {
        return (int) n;
      }
    }
    throw new IllegalArgumentException(samples + " samples are too many to pad");
  }

  private static boolean isSmooth(long n) {
    long rest = n;
    for (int prime : new int[] {2, 3, 5}) {
      while (rest % prime == 0) {
        rest /= prime;
      }
    }
    return rest == 1;
  }
}
