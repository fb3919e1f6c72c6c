package org.sgconv.internal.cuda;

import java.lang.foreign.MemorySegment;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.sgconv.bindings.CudaErrorException;
import org.sgconv.bindings.CudaEvent;
import org.sgconv.bindings.NativeHandle;
import org.sgconv.bindings.PageLockedMemory;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.spi.PinnedMemory;

/**
 * Page-locked host memory and the copies from and to it that are under way: for each stream, an
 * event after the last. A copy on a stream begins after those of other streams. Locks are taken in
 * one order, a stream's before this one's.
 */
final class GpuPinnedMemory implements PinnedMemory {

  private final PageLockedMemory memory;

  /** Guarded by this. */
  private final Map<GpuStream, CudaEvent> underWay = new LinkedHashMap<>();

  /** Read without the lock, so that touching elements one by one costs little. */
  private volatile boolean busy;

  GpuPinnedMemory(PageLockedMemory memory) {
    this.memory = memory;
  }

  @Override
  public MemorySegment segment() {
    return memory.segment();
  }

  /** Submits a copy. If this throws, none is under way but those from before. */
  void submit(GpuStream stream, Consumer<PageLockedMemory> copy) {
    try (NativeHandle.Use _ = stream.queue().hold()) {
      synchronized (this) {
        submitInOrder(stream, copy);
      }
    }
  }

  private void submitInOrder(GpuStream stream, Consumer<PageLockedMemory> copy) {
    CudaEvent last = underWay.get(stream);
    CudaEvent mark = last == null ? stream.device().createEvent(false) : last;
    try (Closer undo = Closer.onFailure()) {
      if (last == null) {
        undo.add(mark);
      }
      underWay.forEach(
          (other, event) -> {
            if (other != stream) {
              stream.queue().waitFor(event);
            }
          });
      copy.accept(memory);
      record(stream, mark);
      undo.keep();
    }
    underWay.put(stream, mark);
    busy = true;
  }

  private static void record(GpuStream stream, CudaEvent mark) {
    try {
      stream.queue().record(mark);
    } catch (RuntimeException failure) {
      stream.queue().synchronize(); // without a mark nobody could wait for the copy later
      throw failure;
    }
  }

  @Override
  public void awaitCopies() {
    if (busy) {
      await();
    }
  }

  private synchronized void await() {
    try {
      for (Iterator<CudaEvent> each = underWay.values().iterator(); each.hasNext(); ) {
        CudaEvent mark = each.next();
        mark.synchronize();
        each.remove();
        mark.close();
      }
      busy = false;
    } catch (RuntimeException e) {
      throw CudaFailures.translate("a copy from or to pinned memory", e);
    }
  }

  @Override
  public synchronized void free() {
    try {
      for (Iterator<CudaEvent> each = underWay.values().iterator(); each.hasNext(); ) {
        CudaEvent mark = each.next();
        // Nothing is under way on a device that is lost; the copies of others must end.
        CudaErrorException.unlessFatal(mark::synchronize);
        each.remove();
        mark.close();
      }
      busy = false;
      memory.free();
    } catch (IllegalStateException busyElsewhere) {
      throw busyElsewhere; // the tensor says which, and stays open
    } catch (RuntimeException e) {
      throw CudaFailures.translate("freeing pinned memory", e);
    }
  }
}
