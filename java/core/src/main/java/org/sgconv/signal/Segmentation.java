package org.sgconv.signal;

/**
 * How a stretch of FULL is cut into calls of one plan. A call takes rows of {@link #rowLength}
 * samples: first the {@link #history} samples that the call before ended with, then {@link #fresh}
 * new ones. A stretch that is short enough is one call without a history, on rows from the
 * beginning of FULL.
 *
 * @param rowLength L, what the plan is for: history + fresh
 * @param history K − 1, or 0 for one call
 * @param fresh new samples of a call
 * @param calls how many, for each group of rows
 * @param origin index in FULL of what the first call's rows begin with; may be below 0
 * @param kept index in a row of the first result that is kept
 */
record Segmentation(long rowLength, long history, long fresh, long calls, long origin, long kept) {

  /** Samples that a call is to have in all its rows together. See docs/adr/0029. */
  static final long BLOCK = 1L << 21;

  /** New samples of a row at least, however many rows there are. */
  private static final long LEAST_FRESH = 1L << 14;

  /** New samples of a row are so many times a kernel: an eighth of the work is history at most. */
  static final long KERNELS = 8;

  /** Rows up to that length are not rounded up: there is a plan for each. */
  private static final long FINE = 64;

  /**
   * Cuts.
   *
   * @param rows of the signal, all of which may be in one call
   */
  static Segmentation of(Stretch stretch, long rows) {
    long history = stretch.lags() - 1;
    long most = Math.max(Math.max(BLOCK / rows, LEAST_FRESH), KERNELS * stretch.lags());
    if (stretch.end() <= most + history) {
      long length = rounded(stretch.end());
      return new Segmentation(length, 0, length, 1, 0, stretch.first());
    }
    long fresh = rounded(Math.ceilDiv(stretch.count(), Math.ceilDiv(stretch.count(), most)));
    return new Segmentation(
        fresh + history,
        history,
        fresh,
        Math.ceilDiv(stretch.count(), fresh),
        stretch.first() - history,
        history);
  }

  /**
   * The next of eight lengths in each octave: signals of many lengths share few plans, and an
   * eighth is zeros at most.
   */
  private static long rounded(long length) {
    if (length <= FINE) {
      return length;
    }
    long step = Long.highestOneBit(length) / 8;
    return Math.ceilDiv(length, step) * step;
  }

  /**
   * What the signal has of a call's rows; what is before and behind it there is zero.
   *
   * @param begin index in a row of the first sample
   * @param end of the last, exclusive; {@code begin} if there is none
   * @param from index in the signal of the first
   */
  record Covered(long begin, long end, long from) {

    long count() {
      return end - begin;
    }
  }

  /**
   * What the signal has of a call's rows from an index on.
   *
   * @param known samples at the beginning of a row that are there already
   * @param samples n, of the signal
   */
  Covered covered(long call, long known, long samples) {
    long first = origin + call * fresh;
    long begin = Math.clamp(-first, known, rowLength);
    long end = Math.clamp(samples - first, begin, rowLength);
    return new Covered(begin, end, first + begin);
  }

  /** Rows that are worth a call: as many as make a block, one at least. */
  long together(long rows) {
    return Math.clamp(BLOCK / rowLength, 1, rows);
  }
}
