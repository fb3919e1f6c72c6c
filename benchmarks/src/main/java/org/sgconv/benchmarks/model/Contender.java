package org.sgconv.benchmarks.model;

/**
 * A library in one of its ways.
 *
 * @param way {@code malloc}: with an allocator that suits it, a peer at its best; on a GPU {@code
 *     fused} and {@code cufft} of this library, {@code rfft} and {@code complex} of PyTorch, {@code
 *     -} if that could not be told; empty: as its user gets it
 */
public record Contender(Library library, String way) {

  /** See {@link #isTuned}. */
  public static final String MALLOC = "malloc";

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
