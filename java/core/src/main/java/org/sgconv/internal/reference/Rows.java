package org.sgconv.internal.reference;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Rows of a tensor as float64 arrays, whatever the tensor's type. */
final class Rows {

  private Rows() {}

  /** Row number {@code row} of {@code length} elements. */
  static double[] read(Tensor tensor, long row, int length) {
    return readFrom(tensor, row * length, length);
  }

  /** {@code length} elements from element {@code first} on. */
  static double[] readFrom(Tensor tensor, long first, int length) {
    MemorySegment segment = tensor.segment();
    double[] values = new double[length];
    if (tensor.type() == DType.FLOAT64) {
      MemorySegment.copy(segment, ValueLayout.JAVA_DOUBLE, first * 8, values, 0, length);
    } else {
      for (int i = 0; i < length; i++) {
        values[i] = segment.getAtIndex(ValueLayout.JAVA_FLOAT, first + i);
      }
    }
    return values;
  }

  /** Writes row number {@code row}, rounding to the tensor's type. */
  static void write(double[] values, Tensor tensor, long row) {
    writeFrom(values, tensor, row * values.length);
  }

  /** Writes from element {@code first} on, rounding to the tensor's type. */
  static void writeFrom(double[] values, Tensor tensor, long first) {
    MemorySegment segment = tensor.segment();
    if (tensor.type() == DType.FLOAT64) {
      MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_DOUBLE, first * 8, values.length);
    } else {
      for (int i = 0; i < values.length; i++) {
        segment.setAtIndex(ValueLayout.JAVA_FLOAT, first + i, (float) values[i]);
      }
    }
  }

  /** Overwrites {@code count} elements from element {@code first} on with zeros. */
  static void clear(Tensor tensor, long first, long count) {
    long bytes = tensor.type().byteSize();
    tensor.segment().asSlice(first * bytes, count * bytes).fill((byte) 0);
  }

  /** a[i] ← a[i]·b[i]. */
  static void scale(double[] a, double[] b) {
    for (int i = 0; i < a.length; i++) {
      a[i] *= b[i];
    }
  }
}
