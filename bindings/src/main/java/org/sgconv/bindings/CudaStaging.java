package org.sgconv.bindings;

import java.lang.foreign.MemorySegment;
import org.sgconv.bindings.closing.Closer;

/**
 * Copies between a stream's device and ordinary memory of the host, through page-locked memory in
 * two halves: while the device copies the one, the host fills or empties the other. The device
 * never reads or writes the ordinary memory itself, which the program may close meanwhile. Use
 * under the stream's lock.
 */
final class CudaStaging implements AutoCloseable {

  /** Long beside the time that a wait takes, at 50 GB/s. */
  private static final long HALF_BYTES = 2L << 20;

  private static final int HALVES = 2;

  private final CudaStream stream;
  private final PageLockedMemory memory;
  private final Half[] halves;

  /** Whether copies may be under way that nobody waited for, because something failed. */
  private boolean unsettled;

  /** Halves whose last copy may be under way, though nothing failed. */
  private long submitted;

  /** A half of the memory, and a mark after the last copy from or to it. */
  private record Half(MemorySegment segment, long offset, CudaEvent mark) {}

  private CudaStaging(CudaStream stream, PageLockedMemory memory, CudaEvent... marks) {
    this.stream = stream;
    this.memory = memory;
    this.halves = new Half[HALVES];
    for (int i = 0; i < HALVES; i++) {
      long offset = i * HALF_BYTES;
      halves[i] = new Half(memory.segment().asSlice(offset, HALF_BYTES), offset, marks[i]);
    }
  }

  /**
   * The memory and marks for a stream whose device is selected.
   *
   * @throws NoPinnedMemoryException if the host has not the memory
   */
  static CudaStaging create(CudaStream stream) {
    try (Closer undo = Closer.onFailure()) {
      PageLockedMemory memory = PageLockedMemory.allocate(HALVES * HALF_BYTES);
      undo.add(memory::free);
      CudaEvent first = stream.device().createEvent(false);
      undo.add(first);
      CudaStaging made = new CudaStaging(stream, memory, first, stream.device().createEvent(false));
      undo.keep();
      return made;
    }
  }

  /** Lists what must go when the stream is lost. */
  void addTo(StreamBelongings belongings) {
    belongings.addPinned(memory.segment().address());
    for (Half half : halves) {
      belongings.addEvent(half.mark.handle());
    }
  }

  /** Copies to the device and waits; both have the same size. */
  void upload(MemorySegment source, CudaSpan target) {
    submit(source, target);
    awaitSubmitted();
  }

  /**
   * As {@link #upload}, but the last copies may be under way when it returns; the source is read.
   */
  void submit(MemorySegment source, CudaSpan target) {
    settle();
    unsettled = true;
    long parts = parts(target.byteSize());
    for (long i = 0; i < parts; i++) {
      Half half = half(i);
      if (i >= HALVES) {
        half.mark.synchronize(); // for the copy before the last, while the last is under way
      }
      CudaSpan part = part(target, i);
      half.segment.asSlice(0, part.byteSize()).copyFrom(slice(source, i));
      stream.upload(memory, half.offset, part);
      stream.record(half.mark);
    }
    submitted = Math.min(parts, HALVES);
    unsettled = false;
  }

  /** Copies from the device and waits; both have the same size. */
  void download(CudaSpan source, MemorySegment target) {
    settle();
    unsettled = true;
    long parts = parts(source.byteSize());
    for (long i = 0; i < Math.min(parts, HALVES); i++) {
      fetch(source, i);
    }
    for (long i = 0; i < parts; i++) {
      Half half = half(i);
      half.mark.synchronize();
      MemorySegment part = slice(target, i);
      part.copyFrom(half.segment.asSlice(0, part.byteSize()));
      if (i + HALVES < parts) {
        fetch(source, i + HALVES);
      }
    }
    unsettled = false;
  }

  /** Submits the copy of a part to its half. */
  private void fetch(CudaSpan source, long i) {
    stream.download(part(source, i), memory, half(i).offset);
    stream.record(half(i).mark);
  }

  /** Before a half is touched, whatever uses it must be done. */
  private void settle() {
    if (unsettled) {
      stream.synchronize();
      unsettled = false;
      submitted = 0;
    }
    awaitSubmitted();
  }

  private void awaitSubmitted() {
    for (int i = 0; i < submitted; i++) {
      halves[i].mark.synchronize();
    }
    submitted = 0;
  }

  private Half half(long part) {
    return halves[(int) (part % HALVES)];
  }

  private static long parts(long bytes) {
    return (bytes + HALF_BYTES - 1) / HALF_BYTES;
  }

  private static CudaSpan part(CudaSpan whole, long i) {
    long at = i * HALF_BYTES;
    long bytes = Math.min(HALF_BYTES, whole.byteSize() - at);
    return whole.allocation().span(whole.offset() + at, bytes);
  }

  private static MemorySegment slice(MemorySegment whole, long i) {
    long at = i * HALF_BYTES;
    return whole.asSlice(at, Math.min(HALF_BYTES, whole.byteSize() - at));
  }

  /** Gives everything back, also when a part of it fails. The stream has no work. */
  @Override
  public void close() {
    Closer.all(halves[0].mark, halves[1].mark, memory::free);
  }
}
