package org.sgconv.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.sgconv.HostMemoryException;
import org.sgconv.InvalidArgumentException;

/** Loops over the elements of checked memory. */
final class Elements {

  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;
  private static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE;

  /** The longest array that every JVM can make. */
  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

  private Elements() {}

  static double get(MemorySegment memory, DType type, long position) {
    return switch (type) {
      case FLOAT32 -> memory.getAtIndex(F32, position);
      case FLOAT64 -> memory.getAtIndex(F64, position);
    };
  }

  static void set(MemorySegment memory, DType type, long position, double value) {
    switch (type) {
      case FLOAT32 -> memory.setAtIndex(F32, position, (float) value);
      case FLOAT64 -> memory.setAtIndex(F64, position, value);
    }
  }

  static void fill(MemorySegment memory, DType type, long count, double value) {
    switch (type) {
      case FLOAT32 -> {
        float narrow = (float) value;
        for (long i = 0; i < count; i++) {
          memory.setAtIndex(F32, i, narrow);
        }
      }
      case FLOAT64 -> {
        for (long i = 0; i < count; i++) {
          memory.setAtIndex(F64, i, value);
        }
      }
    }
  }

  static void convert(
      MemorySegment source, DType from, MemorySegment target, DType to, long count) {
    if (from == to) {
      target.copyFrom(source);
    } else if (from == DType.FLOAT32) {
      for (long i = 0; i < count; i++) {
        target.setAtIndex(F64, i, source.getAtIndex(F32, i));
      }
    } else {
      for (long i = 0; i < count; i++) {
        target.setAtIndex(F32, i, (float) source.getAtIndex(F64, i));
      }
    }
  }

  static float[] toFloatArray(Tensor tensor) {
    MemorySegment memory = tensor.segment();
    int count = arrayLength(tensor);
    try {
      float[] values = new float[count];
      if (tensor.type() == DType.FLOAT32) {
        MemorySegment.copy(memory, F32, 0, values, 0, count);
      } else {
        for (int i = 0; i < count; i++) {
          values[i] = (float) memory.getAtIndex(F64, i);
        }
      }
      return values;
    } catch (OutOfMemoryError error) {
      throw new HostMemoryException("an array of " + count + " floats", 4L * count, error);
    }
  }

  static double[] toDoubleArray(Tensor tensor) {
    MemorySegment memory = tensor.segment();
    int count = arrayLength(tensor);
    try {
      double[] values = new double[count];
      if (tensor.type() == DType.FLOAT64) {
        MemorySegment.copy(memory, F64, 0, values, 0, count);
      } else {
        for (int i = 0; i < count; i++) {
          values[i] = memory.getAtIndex(F32, i);
        }
      }
      return values;
    } catch (OutOfMemoryError error) {
      throw new HostMemoryException("an array of " + count + " doubles", 8L * count, error);
    }
  }

  /** Position of the first NaN or infinity, or −1. */
  private static long firstNonFinite(MemorySegment memory, DType type, long count) {
    switch (type) {
      case FLOAT32 -> {
        for (long i = 0; i < count; i++) {
          if (!Float.isFinite(memory.getAtIndex(F32, i))) {
            return i;
          }
        }
      }
      case FLOAT64 -> {
        for (long i = 0; i < count; i++) {
          if (!Double.isFinite(memory.getAtIndex(F64, i))) {
            return i;
          }
        }
      }
    }
    return -1;
  }

  /** Names the first value that is not finite. */
  static void requireFinite(String name, Tensor tensor) {
    MemorySegment memory = tensor.segment();
    long position = firstNonFinite(memory, tensor.type(), tensor.elementCount());
    if (position >= 0) {
      Shape shape = tensor.shape();
      throw new InvalidArgumentException(
          name
              + " "
              + shape
              + " holds "
              + get(memory, tensor.type(), position)
              + " at "
              + Shape.format(shape.indexOf(position))
              + ": every value must be finite");
    }
  }

  private static int arrayLength(Tensor tensor) {
    if (tensor.elementCount() > MAX_ARRAY) {
      throw new InvalidArgumentException(
          "tensor " + tensor + " has more elements than a Java array can: take slices of it");
    }
    return (int) tensor.elementCount();
  }
}
