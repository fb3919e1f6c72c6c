package org.sgconv.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.OptionalLong;
import org.sgconv.HostMemoryException;
import org.sgconv.InvalidArgumentException;

/** Loops over the elements of checked memory. */
final class Elements {

  private static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT;
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;
  private static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE;

  /** The longest array that every JVM can make. */
  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

  /** Elements that are searched at a time. */
  private static final int PIECE = 1 << 12;

  private Elements() {}

  static double get(MemorySegment memory, DType type, long position) {
    return switch (type) {
      case FLOAT32 -> memory.getAtIndex(F32, position);
      case FLOAT64 -> memory.getAtIndex(F64, position);
      case BFLOAT16 -> Narrowing.fromBfloat16(memory.getAtIndex(I16, position));
      case FLOAT16 -> Float.float16ToFloat(memory.getAtIndex(I16, position));
    };
  }

  static void set(MemorySegment memory, DType type, long position, double value) {
    switch (type) {
      case FLOAT32 -> memory.setAtIndex(F32, position, (float) value);
      case FLOAT64 -> memory.setAtIndex(F64, position, value);
      case BFLOAT16 -> memory.setAtIndex(I16, position, Narrowing.toBfloat16(value));
      case FLOAT16 -> memory.setAtIndex(I16, position, Narrowing.toFloat16(value));
    }
  }

  static void fill(MemorySegment memory, DType type, long count, double value) {
    set(memory, type, 0, value);
    long bytes = type.byteSize();
    for (long done = 1; done < count; done *= 2) {
      long more = Math.min(done, count - done);
      MemorySegment.copy(memory, 0, memory, done * bytes, more * bytes);
    }
  }

  /** Loops of their own for conversions to and from FLOAT32, which are the common ones. */
  static void convert(
      MemorySegment source, DType from, MemorySegment target, DType to, long count) {
    if (from == to) {
      target.copyFrom(source);
    } else if (from == DType.FLOAT32 && to == DType.FLOAT64) {
      for (long i = 0; i < count; i++) {
        target.setAtIndex(F64, i, source.getAtIndex(F32, i));
      }
    } else if (from == DType.FLOAT32 && to == DType.BFLOAT16) {
      for (long i = 0; i < count; i++) {
        target.setAtIndex(I16, i, Narrowing.toBfloat16(source.getAtIndex(F32, i)));
      }
    } else if (from == DType.FLOAT32) {
      for (long i = 0; i < count; i++) {
        target.setAtIndex(I16, i, Float.floatToFloat16(source.getAtIndex(F32, i)));
      }
    } else if (to == DType.FLOAT32 && from == DType.FLOAT64) {
      for (long i = 0; i < count; i++) {
        target.setAtIndex(F32, i, (float) source.getAtIndex(F64, i));
      }
    } else if (to == DType.FLOAT32 && from == DType.BFLOAT16) {
      for (long i = 0; i < count; i++) {
        target.setAtIndex(F32, i, Narrowing.fromBfloat16(source.getAtIndex(I16, i)));
      }
    } else if (to == DType.FLOAT32) {
      for (long i = 0; i < count; i++) {
        target.setAtIndex(F32, i, Float.float16ToFloat(source.getAtIndex(I16, i)));
      }
    } else {
      for (long i = 0; i < count; i++) {
        set(target, to, i, get(source, from, i));
      }
    }
  }

  static float[] toFloatArray(Tensor tensor) {
    MemorySegment memory = tensor.memory();
    int count = arrayLength(tensor);
    try {
      float[] values = new float[count];
      convert(memory, tensor.type(), MemorySegment.ofArray(values), DType.FLOAT32, count);
      return values;
    } catch (OutOfMemoryError error) {
      throw new HostMemoryException("an array of " + count + " floats", 4L * count, error);
    }
  }

  static double[] toDoubleArray(Tensor tensor) {
    MemorySegment memory = tensor.memory();
    int count = arrayLength(tensor);
    try {
      double[] values = new double[count];
      convert(memory, tensor.type(), MemorySegment.ofArray(values), DType.FLOAT64, count);
      return values;
    } catch (OutOfMemoryError error) {
      throw new HostMemoryException("an array of " + count + " doubles", 8L * count, error);
    }
  }

  /** Position of the first NaN or infinity of a tensor of the host. */
  static OptionalLong firstNonFinite(Tensor tensor) {
    MemorySegment memory = tensor.memory();
    DType type = tensor.type();
    long count = tensor.elementCount();
    for (long from = 0; from < count; from += PIECE) {
      long to = Math.min(from + PIECE, count);
      if (!areFinite(memory, type, from, (int) (to - from))) {
        for (long i = from; i < to; i++) {
          if (!Double.isFinite(get(memory, type, i))) {
            return OptionalLong.of(i);
          }
        }
      }
    }
    return OptionalLong.empty();
  }

  /** False also if it is not known. */
  private static boolean areFinite(MemorySegment memory, DType type, long from, int count) {
    if (type == DType.FLOAT32) {
      float[] values = new float[count];
      MemorySegment.copy(memory, F32, from * Float.BYTES, values, 0, count);
      float largest = 0; // NaN if one is; the JVM vectorizes this, and no loop with a branch
      for (float value : values) {
        largest = Math.max(largest, Math.abs(value));
      }
      return Float.isFinite(largest);
    }
    if (type == DType.FLOAT64) {
      double[] values = new double[count];
      MemorySegment.copy(memory, F64, from * Double.BYTES, values, 0, count);
      double largest = 0;
      for (double value : values) {
        largest = Math.max(largest, Math.abs(value));
      }
      return Double.isFinite(largest);
    }
    return false;
  }

  private static int arrayLength(Tensor tensor) {
    if (tensor.elementCount() > MAX_ARRAY) {
      throw new InvalidArgumentException(
          "tensor " + tensor + " has more elements than a Java array can: take slices of it");
    }
    return (int) tensor.elementCount();
  }
}
