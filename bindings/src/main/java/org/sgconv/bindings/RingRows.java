package org.sgconv.bindings;

import java.util.Locale;

/**
 * The rows (b, h) of signals (B, H, L) that one of the {@link RingSteps} works on.
 *
 * @param batch B of the whole tensors
 */
public record RingRows(
    long batch, long batchFirst, long batchCount, long hiddenFirst, long hiddenCount) {

  /** Checks every range that does not depend on H. */
  public RingRows {
    Sizes.requirePositive("batch", batch);
    Sizes.requirePositive("batchCount", batchCount);
    Sizes.requirePositive("hiddenCount", hiddenCount);
    requireWithin("batch", batchFirst, batchCount, batch);
  }

  static void requireWithin(String name, long first, long count, long all) {
    if (first < 0 || count > all || first > all - count) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s rows %d to %d, expected a part of %d",
              name,
              first,
              first + count,
              all));
    }
  }

  /** How many there are. */
  public long count() {
    return batchCount * hiddenCount;
  }
}
