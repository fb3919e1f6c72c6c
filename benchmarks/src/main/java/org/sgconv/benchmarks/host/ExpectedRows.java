package org.sgconv.benchmarks.host;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;
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
    double[] expected = doubles(values, row, length);
    double[] found =
        tolerance.type() == DType.FLOAT64
            ? doubles(actual, row, length)
            : floats(actual, row, length);
    double[] kept = new double[BOUND_VALUES];
    MemorySegment.copy(bounds, ValueLayout.JAVA_DOUBLE, boundBytes(row), kept, 0, BOUND_VALUES);
    ErrorBound bound = ErrorBound.of(kept[0], kept[1], kept[2], kept[3]);
    return tolerance.measure(expected, bound, found).inRow(row);
  }

  private static double[] doubles(MemorySegment from, int row, int length) {
    double[] copy = new double[length];
    MemorySegment.copy(
        from, ValueLayout.JAVA_DOUBLE, (long) row * length * Double.BYTES, copy, 0, length);
    return copy;
  }

  private static double[] floats(MemorySegment from, int row, int length) {
    double[] copy = new double[length];
    for (int i = 0; i < length; i++) {
      copy[i] = from.getAtIndex(ValueLayout.JAVA_FLOAT, (long) row * length + i);
    }
    return copy;
  }
}
