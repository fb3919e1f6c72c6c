package org.sgconv.benchmarks.host;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;
import org.sgconv.benchmarks.peers.WideValues;
import org.sgconv.oracle.Deviation;
import org.sgconv.oracle.ErrorBound;
import org.sgconv.oracle.ExactResult;
import org.sgconv.oracle.Tolerance;
import org.sgconv.tensor.DType;

/**
 * Exact values of a result and the bounds of their errors, row by row, in segments that all threads
 * may use.
 *
 * @param values float64
 * @param bounds four float64 values a row: what {@link ErrorBound#of} takes
 */
record ExpectedRows(MemorySegment values, MemorySegment bounds) {

  private static final int BOUND_VALUES = 4;

  /** Bytes of the bounds of that many rows. */
  static long boundBytes(long rows) {
    return rows * BOUND_VALUES * Double.BYTES;
  }

  private int rowCount() {
    return Math.toIntExact(bounds.byteSize() / boundBytes(1));
  }

  private int rowLength() {
    return Math.toIntExact(values.byteSize() / Double.BYTES / rowCount());
  }

  /** Copies one row of a result to this row; its bound is the same for all of its elements. */
  void set(long row, ExactResult from, int fromRow) {
    set(row, from.values(fromRow), from.bound(fromRow));
  }

  /** Sets this row; the bound is the same for all of its elements. */
  void set(long row, double[] exact, ErrorBound bound) {
    MemorySegment.copy(
        exact, 0, values, ValueLayout.JAVA_DOUBLE, row * exact.length * Double.BYTES, exact.length);
    double[] kept = {bound.norm(), bound.element(0), bound.roundings(), bound.growth()};
    MemorySegment.copy(kept, 0, bounds, ValueLayout.JAVA_DOUBLE, boundBytes(row), BOUND_VALUES);
  }

  /**
   * Compares every element, each row by itself, on all processors.
   *
   * @param actual of the type that {@code tolerance} is of: float32 or float64
   */
  Deviation measure(MemorySegment actual, Tolerance tolerance) {
    int length = rowLength();
    long count = values.byteSize() / Double.BYTES;
    int size = tolerance.type().byteSize();
    if (actual.byteSize() != count * size) {
      throw new IllegalStateException(
          "a result has " + actual.byteSize() / size + " values, expected " + count);
    }
    return IntStream.range(0, rowCount())
        .parallel()
        .mapToObj(row -> measureRow(row, length, actual, tolerance))
        .reduce(Deviation.NONE, Deviation::worst);
  }

  private Deviation measureRow(int row, int length, MemorySegment actual, Tolerance tolerance) {
    long first = (long) row * length;
    double[] expected = WideValues.of(values, DType.FLOAT64, first, length);
    double[] found = WideValues.of(actual, tolerance.type(), first, length);
    double[] kept = new double[BOUND_VALUES];
    MemorySegment.copy(bounds, ValueLayout.JAVA_DOUBLE, boundBytes(row), kept, 0, BOUND_VALUES);
    ErrorBound bound = ErrorBound.of(kept[0], kept[1], kept[2], kept[3]);
    return tolerance.measure(expected, bound, found).inRow(row);
  }
}
