package org.sgconv.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Little-endian bytes of any alignment to and from tensors. */
final class ElementConversion {

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);
  private static final ValueLayout.OfDouble F64 =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ORDER);

  private ElementConversion() {}

  /** Fills a tensor with as many elements of a floating-point type. */
  static void copy(MemorySegment source, ElementType type, Tensor target) {
    MemorySegment memory = target.segment();
    if (type == ElementType.of(target.type())) {
      ValueLayout from = littleEndian(target.type());
      ValueLayout to = target.type().layout();
      MemorySegment.copy(source, from, 0, memory, to, 0, target.elementCount());
    } else if (target.type() == DType.FLOAT32) {
      for (long i = 0; i < target.elementCount(); i++) {
        memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) element(source, type, i));
      }
    } else {
      for (long i = 0; i < target.elementCount(); i++) {
        target.setFlat(i, element(source, type, i));
      }
    }
  }

  private static ValueLayout littleEndian(DType type) {
    return switch (type) {
      case FLOAT32 -> F32;
      case FLOAT64 -> F64;
      case BFLOAT16, FLOAT16 -> I16;
    };
  }

  private static double element(MemorySegment source, ElementType type, long index) {
    return switch (type) {
      case F64 -> source.get(F64, 8 * index);
      case F32 -> source.get(F32, 4 * index);
      case F16 -> Float.float16ToFloat(source.get(I16, 2 * index));
      case BF16 -> Float.intBitsToFloat(source.get(I16, 2 * index) << 16);
      default -> throw new IllegalArgumentException(type + " is not floating-point");
    };
  }

  /**
   * Copies {@code count} elements of a tensor, from element {@code first} on, to {@code target}.
   */
  static void write(Tensor tensor, long first, long count, MemorySegment target) {
    ValueLayout from = tensor.type().layout();
    ValueLayout to = littleEndian(tensor.type());
    long offset = first * tensor.type().byteSize();
    MemorySegment.copy(tensor.segment(), from, offset, target, to, 0, count);
  }
}
