package org.sgconv.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.sgconv.bindings.cudart.Cudart;

/**
 * Page-locked host memory that copies go through: the device never reads or writes memory that the
 * program may close meanwhile.
 */
final class PinnedBuffer {

  private static final long BYTES = 4L << 20;

  private final MemorySegment memory;

  private PinnedBuffer(MemorySegment memory) {
    this.memory = memory;
  }

  static PinnedBuffer allocate() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pointer = arena.allocate(ValueLayout.ADDRESS);
      CudaCall.runtime("cudaHostAlloc", () -> Cudart.cudaHostAlloc(pointer, BYTES, 0));
      return new PinnedBuffer(pointer.get(ValueLayout.ADDRESS, 0).reinterpret(BYTES));
    }
  }

  MemorySegment memory() {
    return memory;
  }

  long byteSize() {
    return BYTES;
  }

  void free() {
    CudaCall.runtime("cudaFreeHost", () -> Cudart.cudaFreeHost(memory));
  }
}
