package org.sgconv.internal.cuda;

import java.lang.foreign.MemorySegment;
import org.sgconv.bindings.CudaAllocation;
import org.sgconv.bindings.CudaSpan;
import org.sgconv.bindings.NativeHandle;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.device.DeviceMemory;
import org.sgconv.device.PinnedMemory;
import org.sgconv.device.Stream;
import org.sgconv.device.WrongDeviceException;

/** Memory that one stream allocated, counted against its device's budget. */
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

  @Override
  public Stream stream() {
    return stream;
  }

  CudaSpan all() {
    return allocation.all();
  }

  /** A part; all of it, as most tensors have it, allocates nothing. */
  CudaSpan span(long offset, long bytes) {
    return offset == 0 && bytes == allocation.byteSize()
        ? allocation.all()
        : allocation.span(offset, bytes);
  }

  @Override
  public void upload(MemorySegment source, long offset) {
    requireNoUploadRecorded();
    try {
      stream.queue().upload(source, span(offset, source.byteSize()));
    } catch (RuntimeException e) {
      throw CudaFailures.translate("a copy to " + stream, e);
    }
  }

  @Override
  public void download(long offset, MemorySegment target) {
    requireNoDownloadRecorded();
    try {
      stream.queue().download(span(offset, target.byteSize()), target);
    } catch (RuntimeException e) {
      throw CudaFailures.translate("a copy from " + stream, e);
    }
  }

  @Override
  public void upload(PinnedMemory source, long sourceOffset, long offset, long bytes) {
    if (!(source instanceof GpuPinnedMemory known)) {
      source.awaitCopies();
      upload(source.segment().asSlice(sourceOffset, bytes), offset);
      return;
    }
    requireNoUploadRecorded();
    try {
      known.submit(
          stream, memory -> stream.queue().upload(memory, sourceOffset, span(offset, bytes)));
    } catch (RuntimeException e) {
      throw CudaFailures.translate("a copy to " + stream, e);
    }
  }

  @Override
  public void download(long offset, PinnedMemory target, long targetOffset, long bytes) {
    if (!(target instanceof GpuPinnedMemory known)) {
      target.awaitCopies();
      download(offset, target.segment().asSlice(targetOffset, bytes));
      return;
    }
    requireNoDownloadRecorded();
    try {
      known.submit(
          stream, memory -> stream.queue().download(span(offset, bytes), memory, targetOffset));
    } catch (RuntimeException e) {
      throw CudaFailures.translate("a copy from " + stream, e);
    }
  }

  private void requireNoUploadRecorded() {
    stream.requireNoRecording(
        "copies from or to the host (copyFrom of a tensor there, copyTo, a new tensor of values)",
        "copy before it is recorded or replayed, or after");
  }

  private void requireNoDownloadRecorded() {
    stream.requireNoRecording(
        "copies from or to the host (toHost, toFloatArray, copyFrom by a tensor there), which waits,"
            + " and nothing is done that is being recorded",
        "copy before it is recorded or replayed, or after");
  }

  @Override
  public void copyFrom(DeviceMemory source, long sourceOffset, long offset, long bytes) {
    if (!(source instanceof GpuMemory from)) {
      throw new WrongDeviceException(
          "the source is on "
              + source.stream()
              + ", of another backend than "
              + stream
              + ": copy it with toHost() first");
    }
    try {
      if (from.stream == stream) {
        copyWithin(from.span(sourceOffset, bytes), span(offset, bytes));
      } else {
        from.stream.requireNoRecording("copies between streams", "copy before or after it");
        stream.requireNoRecording("copies between streams", "copy before or after it");
        stream.queue().copyAcross(from.span(sourceOffset, bytes), span(offset, bytes));
      }
    } catch (RuntimeException e) {
      throw CudaFailures.translate("a copy from " + source.stream() + " to " + stream, e);
    }
  }

  private void copyWithin(CudaSpan source, CudaSpan target) {
    try (NativeHandle.Use _ = stream.hold()) {
      stream.queue().copy(stream.used(source), stream.used(target));
    }
  }

  @Override
  public void zero(long offset, long bytes) {
    try (NativeHandle.Use _ = stream.hold()) {
      stream.queue().zero(stream.used(span(offset, bytes)));
    } catch (RuntimeException e) {
      throw CudaFailures.translate("zeros on " + stream, e);
    }
  }

  @Override
  public void free() {
    stream.requireNoRecording("frees memory", "close it before or after");
    try {
      stream.queue().free(allocation);
    } catch (RuntimeException e) {
      throw CudaFailures.translate("freeing memory of " + stream, e);
    }
    stream.device().release(allocation.byteSize());
    stream.leave();
  }
}
