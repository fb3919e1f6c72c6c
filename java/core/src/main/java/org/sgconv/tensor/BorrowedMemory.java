package org.sgconv.tensor;

import java.lang.foreign.MemorySegment;
import java.nio.Buffer;
import java.nio.ByteOrder;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;

/** What memory must be like to become a tensor without copying. */
final class BorrowedMemory {

  private BorrowedMemory() {}

  /** Refuses what is on the heap, of another size, or not aligned to its elements. */
  static void requireSegment(MemorySegment segment, DType type, Shape shape) {
    if (!segment.isNative()) {
      throw new InvalidArgumentException(
          "cannot wrap memory on the Java heap (" + segment + "): copy it with Tensor.of(...)");
    }
    long bytes = shape.byteSize(type);
    if (segment.byteSize() != bytes) {
      throw new ShapeMismatchException(
          "the segment has "
              + segment.byteSize()
              + " bytes, but "
              + type
              + " "
              + shape
              + " needs exactly "
              + bytes
              + ": correct the shape or take asSlice(offset, size)");
    }
    if (segment.address() % type.byteSize() != 0) {
      throw new InvalidArgumentException(
          "the segment's address 0x"
              + Long.toHexString(segment.address())
              + " is not a multiple of "
              + type.byteSize()
              + ": copy it to an aligned place first");
    }
  }

  /** Refuses what is on the heap or in foreign byte order. */
  static void requireBuffer(Buffer buffer, ByteOrder order) {
    if (!buffer.isDirect()) {
      throw new InvalidArgumentException(
          "cannot wrap a buffer on the Java heap (" + buffer + "): copy it with Tensor.of(...)");
    }
    if (order != ByteOrder.nativeOrder()) {
      throw new InvalidArgumentException(
          "the buffer is "
              + order
              + ", this machine "
              + ByteOrder.nativeOrder()
              + ": set ByteBuffer.order(ByteOrder.nativeOrder()) before taking the float or double"
              + " view");
    }
  }
}
