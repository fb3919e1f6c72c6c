package org.sgconv.internal.cuda;

import java.lang.foreign.MemorySegment;
import org.sgconv.bindings.CudaRows;
import org.sgconv.bindings.CudaSpan;
import org.sgconv.bindings.CudaStream;
import org.sgconv.bindings.NativeHandle;
import org.sgconv.device.WrongDeviceException;
import org.sgconv.spi.DevicePart;
import org.sgconv.spi.PinnedMemory;

/**
 * Where the elements of a tensor are on a device: a part of memory that a stream allocated or uses,
 * or all of it.
 */
record GpuPart(GpuStream stream, CudaSpan span) implements DevicePart {

  @Override
  public long address() {
    return span.allocation().address() + span.offset();
  }

  @Override
  public void upload(MemorySegment source) {
    requireNoUploadRecorded();
    try {
      queue().upload(source, span);
    } catch (RuntimeException e) {
      throw CudaFailures.translate("a copy to " + stream, e);
    }
  }

  @Override
  public void download(MemorySegment target) {
    requireNoDownloadRecorded();
    try {
      queue().download(span, target);
    } catch (RuntimeException e) {
      throw CudaFailures.translate("a copy from " + stream, e);
    }
  }

  @Override
  public void upload(PinnedMemory source, long offset) {
    if (!(source instanceof GpuPinnedMemory known)) {
      source.awaitCopies();
      upload(source.segment().asSlice(offset, span.byteSize()));
      return;
    }
    requireNoUploadRecorded();
    try {
      known.submit(stream, memory -> queue().upload(memory, offset, span));
    } catch (RuntimeException e) {
      throw CudaFailures.translate("a copy to " + stream, e);
    }
  }

  @Override
  public void download(PinnedMemory target, long offset) {
    if (!(target instanceof GpuPinnedMemory known)) {
      target.awaitCopies();
      download(target.segment().asSlice(offset, span.byteSize()));
      return;
    }
    requireNoDownloadRecorded();
    try {
      known.submit(stream, memory -> queue().download(span, memory, offset));
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
  public void copyFrom(DevicePart source) {
    if (!(source instanceof GpuPart from)) {
      throw new WrongDeviceException(
          "the source is on "
              + source.stream()
              + ", of another backend than "
              + stream
              + ": copy it with toHost() first");
    }
    try {
      if (from.stream == stream) {
        copyWithin(from.span);
      } else {
        from.stream.requireNoRecording("copies between streams", "copy before or after it");
        stream.requireNoRecording("copies between streams", "copy before or after it");
        queue().copyAcross(from.span, span);
      }
    } catch (RuntimeException e) {
      throw CudaFailures.translate("a copy from " + source.stream() + " to " + stream, e);
    }
  }

  private void copyWithin(CudaSpan source) {
    try (NativeHandle.Use _ = stream.hold()) {
      queue().copy(stream.used(source), stream.used(span));
    }
  }

  @Override
  public void copyRows(
      long rowBytes, long to, DevicePart source, long sourceRowBytes, long from, long bytes) {
    if (!(source instanceof GpuPart there && there.stream == stream)) {
      throw new WrongDeviceException(
          "the source is on "
              + source.stream()
              + ", rows are copied within "
              + stream
              + ": copy it with copyTo(stream) first");
    }
    try (NativeHandle.Use _ = stream.hold()) {
      queue()
          .copyRows(
              new CudaRows(stream.used(there.span), sourceRowBytes, from),
              new CudaRows(stream.used(span), rowBytes, to),
              bytes);
    } catch (RuntimeException e) {
      throw CudaFailures.translate("a copy of rows on " + stream, e);
    }
  }

  @Override
  public void zero() {
    try (NativeHandle.Use _ = stream.hold()) {
      queue().zero(stream.used(span));
    } catch (RuntimeException e) {
      throw CudaFailures.translate("zeros on " + stream, e);
    }
  }

  private CudaStream queue() {
    return stream.queue();
  }
}
