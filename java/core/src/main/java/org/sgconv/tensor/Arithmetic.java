package org.sgconv.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.DoubleUnaryOperator;

/** Loops of the few operations that tensors of the host have; results are rounded once. */
final class Arithmetic {

  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;

  /** Rows and columns of a block that is transposed at a time: both sides stay in the cache. */
  private static final long BLOCK = 32;

  private Arithmetic() {}

  static void map(Tensor source, DoubleUnaryOperator function, Tensor target) {
    MemorySegment from = source.segment();
    MemorySegment to = target.segment();
    DType type = source.type();
    long count = source.elementCount();
    if (type == DType.FLOAT32) {
      for (long i = 0; i < count; i++) {
        to.setAtIndex(F32, i, (float) function.applyAsDouble(from.getAtIndex(F32, i)));
      }
    } else {
      for (long i = 0; i < count; i++) {
        Elements.set(to, type, i, function.applyAsDouble(Elements.get(from, type, i)));
      }
    }
  }

  static void add(Tensor left, Tensor right, Tensor target) {
    MemorySegment a = left.segment();
    MemorySegment b = right.segment();
    MemorySegment to = target.segment();
    DType type = left.type();
    long count = left.elementCount();
    if (type == DType.FLOAT32) {
      for (long i = 0; i < count; i++) {
        to.setAtIndex(F32, i, a.getAtIndex(F32, i) + b.getAtIndex(F32, i));
      }
    } else {
      for (long i = 0; i < count; i++) {
        Elements.set(to, type, i, Elements.get(a, type, i) + Elements.get(b, type, i));
      }
    }
  }

  /** Swaps the last two axes of matrices (…, rows, columns). */
  static void transpose(Tensor source, Tensor target, long rows, long columns) {
    MemorySegment from = source.segment();
    MemorySegment to = target.segment();
    DType type = source.type();
    for (long first = 0; first < source.elementCount(); first += rows * columns) {
      for (long row = 0; row < rows; row += BLOCK) {
        for (long column = 0; column < columns; column += BLOCK) {
          long lastRow = Math.min(rows, row + BLOCK);
          long lastColumn = Math.min(columns, column + BLOCK);
          for (long r = row; r < lastRow; r++) {
            for (long c = column; c < lastColumn; c++) {
              copy(from, first + r * columns + c, to, first + c * rows + r, type);
            }
          }
        }
      }
    }
  }

  private static void copy(MemorySegment from, long source, MemorySegment to, long at, DType type) {
    switch (type) {
      case FLOAT32 -> to.setAtIndex(F32, at, from.getAtIndex(F32, source));
      case FLOAT64 ->
          to.setAtIndex(
              ValueLayout.JAVA_DOUBLE, at, from.getAtIndex(ValueLayout.JAVA_DOUBLE, source));
      case BFLOAT16, FLOAT16 ->
          to.setAtIndex(
              ValueLayout.JAVA_SHORT, at, from.getAtIndex(ValueLayout.JAVA_SHORT, source));
    }
  }
}
