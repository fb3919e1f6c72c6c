package org.sgconv.conv;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Locale;
import org.sgconv.ConvolutionMode;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.spi.ConvolutionGeometry;

/**
 * How many samples each row of a batch has, where signals of several lengths share one tensor
 * (B,H,L). A row of n samples is convolved as if the signal ended there: what lies beyond in any
 * input counts as zero, whatever it is, and every output is zero there. The same lengths hold for
 * the signal, its gates and the gradients, in all H channels. Immutable.
 *
 * <p>
 *
 * {@snippet :
 * RowLengths lengths = RowLengths.of(1000, 640, 12); // of a batch of three
 * Tensor y = convolution.forward(spectrum, u, lengths);
 * }
 *
 * @since 0.1.0
 */
public final class RowLengths {

  /** In native memory, as the native libraries read it. */
  private final MemorySegment values;

  private RowLengths(MemorySegment values) {
    this.values = values;
  }

  /**
   * Lengths of the rows of a batch, in their order.
   *
   * @param lengths in samples, each at least 1
   * @throws InvalidArgumentException if there is none, or one is below 1
   */
  public static RowLengths of(long... lengths) {
    long[] copy = lengths.clone(); // first: what is checked is what stays
    if (copy.length == 0) {
      throw new InvalidArgumentException("no lengths are given: give one for each row of a batch");
    }
    for (int row = 0; row < copy.length; row++) {
      if (copy[row] < 1) {
        throw new InvalidArgumentException(
            "lengths[" + row + "] is " + copy[row] + ": a row has at least 1 sample");
      }
    }
    MemorySegment values = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_LONG, copy);
    return new RowLengths(values.asReadOnly());
  }

  /** Number of rows: B. */
  public long count() {
    return values.byteSize() / Long.BYTES;
  }

  /**
   * Samples of one row.
   *
   * @throws InvalidArgumentException if there is no such row
   */
  public long get(long row) {
    if (row < 0 || row >= count()) {
      throw new InvalidArgumentException(
          "row is " + row + " of " + count() + " lengths: must be from 0 to " + (count() - 1));
    }
    return values.getAtIndex(ValueLayout.JAVA_LONG, row);
  }

  /** All of them, in a new array. */
  public long[] toArray() {
    return values.toArray(ValueLayout.JAVA_LONG);
  }

  MemorySegment segment() {
    return values;
  }

  /** Returns normally only if a call with so many rows can have these. */
  void require(ConvolutionGeometry geometry, long batch) {
    if (geometry.mode() == ConvolutionMode.CIRCULAR) {
      throw new InvalidArgumentException(
          "lengths are given to a circular convolution, whose rows are as long as its period: give"
              + " none, or take another mode");
    }
    if (count() != batch) {
      throw new ShapeMismatchException(
          String.format(
              Locale.ROOT,
              "%d lengths are given for a batch of %d: give one for each row",
              count(),
              batch));
    }
    for (long row = 0; row < batch; row++) {
      if (get(row) > geometry.length()) {
        throw new InvalidArgumentException(
            String.format(
                Locale.ROOT,
                "lengths[%d] is %d: signals of this convolution have at most %d samples",
                row,
                get(row),
                geometry.length()));
      }
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RowLengths lengths && values.mismatch(lengths.values) == -1;
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(toArray());
  }

  @Override
  public String toString() {
    return "RowLengths" + Arrays.toString(toArray());
  }
}
