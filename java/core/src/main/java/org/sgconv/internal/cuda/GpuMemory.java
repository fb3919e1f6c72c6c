package org.sgconv.internal.cuda;

import java.lang.foreign.MemorySegment;
import org.sgconv.bindings.CudaAllocation;
import org.sgconv.bindings.CudaSpan;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.spi.DeviceMemory;

/**
 * Memory that one stream allocated, counted against its device's budget, or that it uses while
 * somebody else owns it.
 */
final class GpuMemory implements DeviceMemory {

  private final GpuStream stream;
  private final CudaAllocation allocation;

  private GpuMemory(GpuStream stream, CudaAllocation allocation) {
    this.stream = stream;
    this.allocation = allocation;
  }

  static GpuMemory allocate(GpuStream stream, String purpose, long bytes) {
    stream.requireNoRecording(purpose);
    GpuDevice device = stream.device();
    try (Closer undo = Closer.onFailure()) {
      device.reserve(purpose, bytes);
      undo.add(() -> device.release(bytes));
      stream.enter(); // before the memory is there: the stream must not be closed in between
      undo.add(stream::leave);
      GpuMemory made = new GpuMemory(stream, stream.queue().allocate(bytes));
      undo.keep();
      return made;
    } catch (RuntimeException e) {
      throw CudaFailures.translate(purpose + " (" + bytes + " bytes)", e);
    }
  }

  /** Memory of somebody else; the stream stays open until its use has ended. */
  static GpuMemory wrap(GpuStream stream, String purpose, MemorySegment memory) {
    stream.requireNoRecording("wraps memory", "wrap it before");
    try (Closer undo = Closer.onFailure()) {
      stream.enter();
      undo.add(stream::leave);
      GpuMemory made =
          new GpuMemory(stream, stream.queue().wrap(memory.address(), memory.byteSize()));
      undo.keep();
      return made;
    } catch (RuntimeException e) {
      throw CudaFailures.translate(purpose, e);
    }
  }

  @Override
  public GpuStream stream() {
    return stream;
  }

  @Override
  public GpuPart part(long offset, long bytes) {
    return new GpuPart(
        stream,
        offset == 0 && bytes == allocation.byteSize()
            ? allocation.all()
            : allocation.span(offset, bytes));
  }

  CudaSpan all() {
    return allocation.all();
  }

  @Override
  public void free() {
    stream.requireNoRecording("frees memory", "close it before or after");
    try {
      stream.queue().free(allocation);
    } catch (RuntimeException e) {
      throw CudaFailures.translate("freeing memory of " + stream, e);
    }
    if (!allocation.isForeign()) {
      stream.device().release(allocation.byteSize());
    }
    stream.leave();
  }
}
