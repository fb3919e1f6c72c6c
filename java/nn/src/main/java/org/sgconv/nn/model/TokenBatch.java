package org.sgconv.nn.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.conv.RowLengths;

/**
 * Tokens (B,L). Immutable.
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public final class TokenBatch implements ModelInput {

  private final MemorySegment tokens;
  private final long batch;
  private final long length;
  private final @Nullable RowLengths lengths;

  private TokenBatch(MemorySegment tokens, long batch, long length, @Nullable RowLengths lengths) {
    this.tokens = tokens;
    this.batch = batch;
    this.length = length;
    this.lengths = lengths;
  }

  /**
   * A batch of rows of one length.
   *
   * @param tokens B·L of them, row after row
   * @throws ShapeMismatchException if they are not B·L
   */
  public static TokenBatch of(long[] tokens, long batch, long length) {
    if (batch < 1 || length < 1 || !isProduct(tokens.length, batch, length)) {
      throw new ShapeMismatchException(
          tokens.length + " tokens are given, expected B·L = " + batch + "·" + length);
    }
    MemorySegment copy = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_LONG, tokens);
    return new TokenBatch(copy.asReadOnly(), batch, length, null);
  }

  /** Whether {@code count = batch·length}, which may be more than a long holds. */
  private static boolean isProduct(long count, long batch, long length) {
    return count % batch == 0 && count / batch == length;
  }

  /**
   * A batch of rows of several lengths, padded to the longest on the right, with these lengths.
   *
   * @param padding the token to pad with, 0 in the published code
   * @throws InvalidArgumentException if there is no row, or one is empty
   */
  public static TokenBatch padded(List<long[]> rows, long padding) {
    long[] lengths = rows.stream().mapToLong(row -> row.length).toArray();
    RowLengths checked = RowLengths.of(lengths);
    int length = rows.stream().mapToInt(row -> row.length).max().orElseThrow();
    long[] tokens = new long[Math.multiplyExact(rows.size(), length)];
    Arrays.fill(tokens, padding);
    for (int b = 0; b < rows.size(); b++) {
      System.arraycopy(rows.get(b), 0, tokens, b * length, rows.get(b).length);
    }
    return of(tokens, rows.size(), length).withLengths(checked);
  }

  /**
   * The same tokens, of whose rows the decoder looks at so many positions.
   *
   * @throws ShapeMismatchException if there are not as many lengths as rows
   * @throws InvalidArgumentException if one is beyond L
   */
  public TokenBatch withLengths(RowLengths lengths) {
    return new TokenBatch(tokens, batch, length, Positions.require(lengths, batch, length));
  }

  @Override
  public long batch() {
    return batch;
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public Optional<RowLengths> lengths() {
    return Optional.ofNullable(lengths);
  }

  /** (B,L) of 64 bits. */
  MemorySegment segment() {
    return tokens;
  }

  /**
   * Returns normally only if every token is in the vocabulary.
   *
   * @throws InvalidArgumentException otherwise, with the first that is not
   */
  void requireBelow(long vocabulary) {
    for (long i = 0; i < batch * length; i++) {
      long token = tokens.getAtIndex(ValueLayout.JAVA_LONG, i);
      if (token < 0 || token >= vocabulary) {
        throw new InvalidArgumentException(
            "token "
                + token
                + " at ("
                + i / length
                + ", "
                + i % length
                + "): the model's vocabulary has tokens 0 to "
                + (vocabulary - 1));
      }
    }
  }
}
