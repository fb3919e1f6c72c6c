package org.sgconv.internal.reference;

import org.sgconv.spi.Dropout;

/** What a {@link Dropout} multiplies each element with. */
final class DropoutMask {

  private static final long WORD = 0xFFFFFFFFL;

  private DropoutMask() {}

  static double factor(Dropout dropout, long element) {
    if (!dropout.isActive()) {
      return 1;
    }
    long threshold = (long) (dropout.probability() * 0x1p32);
    return word(dropout, element) < threshold ? 0 : 1 / (1 - dropout.probability());
  }

  private static long word(Dropout dropout, long element) {
    long block = element / 4;
    long[] words =
        philox(
            new long[] {
              block & WORD, block >>> 32, dropout.step() & WORD, dropout.step() >>> 32,
            },
            dropout.seed() & WORD,
            dropout.site() & WORD);
    return words[(int) (element % 4)];
  }

  /** Philox4x32-10 of four counter and two key words. */
  static long[] philox(long[] counter, long firstKey, long secondKey) {
    long[] x = counter;
    long k0 = firstKey;
    long k1 = secondKey;
    for (int round = 0; round < 10; round++) {
      long even = 0xD2511F53L * x[0];
      long odd = 0xCD9E8D57L * x[2];
      x =
          new long[] {
            (odd >>> 32) ^ x[1] ^ k0, odd & WORD, (even >>> 32) ^ x[3] ^ k1, even & WORD,
          };
      k0 = (k0 + 0x9E3779B9L) & WORD;
      k1 = (k1 + 0xBB67AE85L) & WORD;
    }
    return x;
  }
}
