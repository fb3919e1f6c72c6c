package org.sgconv.nn.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.conv.RowLengths;

/** Lengths of rows, as inputs have them and decoders use them. */
final class Positions {

  private Positions() {}

  /** The lengths, if a batch of this shape can have them. */
  static RowLengths require(RowLengths lengths, long batch, long length) {
    if (lengths.count() != batch) {
      throw new ShapeMismatchException(
          lengths.count()
              + " lengths are given for a batch of "
              + batch
              + ": give one for each row");
    }
    for (long row = 0; row < batch; row++) {
      if (lengths.get(row) > length) {
        throw new InvalidArgumentException(
            "lengths["
                + row
                + "] is "
                + lengths.get(row)
                + ": rows have "
                + length
                + " positions, and a length from 1 to that");
      }
    }
    return lengths;
  }

  /** As backends take them. */
  static @Nullable MemorySegment segment(@Nullable RowLengths lengths) {
    return lengths == null
        ? null
        : Arena.ofAuto().allocateFrom(ValueLayout.JAVA_LONG, lengths.toArray());
  }
}
