package org.sgconv.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.spi.TensorCheck;

/** Loops of the few operations that tensors of the host have; results are rounded once. */
final class Arithmetic {

  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;

  /** Rows and columns of a block that is transposed at a time: both sides stay in the cache. */
  private static final long BLOCK = 32;

  private Arithmetic() {}

  /** Overwrites a tensor, which may be the source, with the value of a function at each element. */
  static void map(Tensor source, DoubleUnaryOperator function, Tensor into) {
    requireTarget(source, "this tensor", into, source.shape());
    HostAccess.run(source, () -> computeMap(source, function, into), source, into);
  }

  private static void computeMap(Tensor source, DoubleUnaryOperator function, Tensor target) {
    MemorySegment from = source.memory();
    MemorySegment to = target.memory();
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

  /** Overwrites a tensor, which may be one of the two, with the sums of their elements. */
  static void add(Tensor left, Tensor right, Tensor into) {
    TensorCheck.shape("other", right, left.shape());
    TensorCheck.type("other", right, left.type());
    requireTarget(left, "this tensor", into, left.shape());
    requireTarget(right, "other", into, left.shape());
    HostAccess.run(left, () -> computeSums(left, right, into), left, right, into);
  }

  private static void computeSums(Tensor left, Tensor right, Tensor target) {
    MemorySegment a = left.memory();
    MemorySegment b = right.memory();
    MemorySegment to = target.memory();
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

  /** Overwrites a tensor with another whose last two axes are swapped. */
  static void transpose(Tensor source, Tensor into) {
    Shape shape = source.shape();
    Shape transposed = shape.transposed();
    TensorCheck.disjoint("into", into, "this tensor", source);
    requireTarget(source, "this tensor", into, transposed);
    long rows = shape.dim(shape.rank() - 2);
    long columns = shape.dim(shape.rank() - 1);
    HostAccess.run(source, () -> computeTransposed(source, into, rows, columns), source, into);
  }

  private static void computeTransposed(Tensor source, Tensor target, long rows, long columns) {
    MemorySegment from = source.memory();
    MemorySegment to = target.memory();
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

  /** The same memory from the same element on is no overlap: each element is read before. */
  private static void requireTarget(Tensor source, String name, Tensor into, Shape expected) {
    TensorCheck.shape("into", into, expected);
    TensorCheck.type("into", into, source.type());
    TensorCheck.writable("into", into);
    boolean same = source.memory().address() == into.memory().address();
    if (!same) {
      TensorCheck.disjoint("into", into, name, source);
    }
  }

  /** A new tensor of the source's type, overwritten by {@code fill}. */
  static Tensor filled(Tensor source, Shape target, Consumer<Tensor> fill) {
    source.memory(); // on the host, and open
    try (Closer made = Closer.onFailure()) {
      Tensor into = made.add(Tensor.uninitialized(source.type(), target.toArray()));
      fill.accept(into);
      made.keep();
      return into;
    }
  }
}
