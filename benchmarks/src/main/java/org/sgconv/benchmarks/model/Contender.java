package org.sgconv.benchmarks.model;

/**
 * A library in one of its ways.
 *
 * @param way of signals {@code whole}, {@code direct} or {@code fft}; {@code malloc}: with an
 *     allocator that suits it, a peer at its best; on a GPU {@code fused} and {@code cufft} of this
 *     library, {@code rfft} and {@code complex} of PyTorch, {@code -} if that could not be told;
 *     empty: as its user gets it
 */
public record Contender(Library library, String way) {

  /** See {@link #isTuned}. */
  public static final String MALLOC = "malloc";

  /** Signals as one transform, zero-padded, in place of one for each of many blocks. */
  public static final String WHOLE = "whole";

  /** Signals by summing products. */
  public static final String DIRECT = "direct";

  /** Signals by transforms, of a library that has {@link #DIRECT} sums too. */
  public static final String FFT = "fft";

  /** The library as its user gets it. */
  public static Contender of(Library library) {
    return new Contender(library, "");
  }

  /** The library with an allocator that suits it. */
  public static Contender tuned(Library library) {
    return new Contender(library, MALLOC);
  }

  /** Whether the C library's allocator is told to keep large blocks, for MKL on huge pages. */
  public boolean isTuned() {
    return way.equals(MALLOC);
  }

  /** The name in tables, as in {@code sgconv fused}. */
  @Override
  public String toString() {
    return way.isEmpty() ? library.id() : library.id() + " " + way;
  }
}
