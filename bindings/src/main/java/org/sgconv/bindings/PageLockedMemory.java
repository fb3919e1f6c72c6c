package org.sgconv.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.sgconv.bindings.cudart.Cudart;

/**
 * Page-locked host memory: a device reads and writes it by itself, while the host goes on. Whoever
 * frees it has waited for the copies.
 */
public final class PageLockedMemory {

  private final Arena arena;
  private final MemorySegment segment;
  private final long address;

  /** Guarded by this. */
  private boolean freed;

  private PageLockedMemory(Arena arena, long address, long bytes) {
    this.arena = arena;
    this.address = address;
    this.segment = MemorySegment.ofAddress(address).reinterpret(bytes, arena, null);
  }

  /**
   * New memory with arbitrary content, for all devices. Call with a device selected.
   *
   * @throws NoPinnedMemoryException if the host has not the memory: CUDA's code is the same as for
   *     a device that has not
   */
  static PageLockedMemory allocate(long bytes) {
    try (Arena local = Arena.ofConfined()) {
      MemorySegment pointer = local.allocate(ValueLayout.ADDRESS);
      NativeResult.cudart(
          "cudaHostAlloc", Cudart.cudaHostAlloc(pointer, bytes, Cudart.cudaHostAllocPortable()));
      return new PageLockedMemory(
          Arena.ofShared(), pointer.get(ValueLayout.ADDRESS, 0).address(), bytes);
    } catch (CudaErrorException e) {
      throw e.isOutOfMemory() ? new NoPinnedMemoryException(bytes, e) : e;
    }
  }

  /** The memory, for any thread; its use ends with {@link #free}. */
  public MemorySegment segment() {
    return segment;
  }

  /** Size in bytes. */
  public long byteSize() {
    return segment.byteSize();
  }

  /**
   * Gives the memory back. After an error that no call survives it is gone with the context; after
   * any other its use has ended, and it can be freed again.
   *
   * @throws IllegalStateException if it was freed before, or another thread is in a native call on
   *     it; nothing has happened then
   */
  public synchronized void free() {
    if (freed) {
      throw new UseAfterCloseException("PageLockedMemory");
    }
    if (segment.scope().isAlive()) {
      arena.close(); // before the memory goes, so that no thread is in it then
    }
    MemorySegment start = MemorySegment.ofAddress(address);
    CudaErrorException.unlessFatal(
        () -> NativeResult.cudart("cudaFreeHost", Cudart.cudaFreeHost(start)));
    freed = true;
  }
}
