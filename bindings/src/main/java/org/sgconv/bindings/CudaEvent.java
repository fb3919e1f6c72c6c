package org.sgconv.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.sgconv.bindings.cudart.Cudart;

/** A place among the work of a stream, which others wait for. Any thread may use it. */
public final class CudaEvent implements AutoCloseable {

  private static final AtomicLong COUNT = new AtomicLong();

  private final long number = COUNT.getAndIncrement();
  private final CudaDevice device;

  /**
   * Shared by the calls that use the handle, so that who waits on the host holds nobody up; taken
   * alone to end it.
   */
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  /** Guarded by the lock. */
  private MemorySegment handle;

  private volatile boolean recorded;

  private CudaEvent(CudaDevice device, MemorySegment handle) {
    this.device = device;
    this.handle = handle;
  }

  /** A new event of a device. Events that take no time are cheaper. */
  static CudaEvent create(CudaDevice device, boolean timing) {
    device.select();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment event = arena.allocate(ValueLayout.ADDRESS);
      int flags = timing ? 0 : Cudart.cudaEventDisableTiming();
      CudaCall.runtime(
          "cudaEventCreateWithFlags", () -> Cudart.cudaEventCreateWithFlags(event, flags));
      return new CudaEvent(device, event.get(ValueLayout.ADDRESS, 0));
    }
  }

  /** Whether it was recorded. */
  public boolean isRecorded() {
    return recorded;
  }

  /** Waits for the work before it; for none if it was not recorded. */
  public void synchronize() {
    Lock use = lock.readLock();
    use.lock();
    try {
      await();
    } finally {
      use.unlock();
    }
  }

  /** Time in milliseconds from an earlier event of the same device to this one; waits for both. */
  public float millisecondsSince(CudaEvent start) {
    // A thread that closes one of them makes later readers wait: one order for all.
    boolean first = number < start.number;
    Lock outer = (first ? this : start).lock.readLock();
    Lock inner = (first ? start : this).lock.readLock();
    outer.lock();
    inner.lock();
    try (Arena arena = Arena.ofConfined()) {
      start.await();
      await();
      MemorySegment value = arena.allocate(ValueLayout.JAVA_FLOAT);
      MemorySegment from = start.handle;
      MemorySegment to = handle;
      CudaCall.runtime("cudaEventElapsedTime", () -> Cudart.cudaEventElapsedTime(value, from, to));
      return value.get(ValueLayout.JAVA_FLOAT, 0);
    } finally {
      inner.unlock();
      outer.unlock();
    }
  }

  /**
   * Ends the event, once no thread is in a call on it; streams that wait for it go on waiting.
   * Closing a closed event does nothing.
   */
  @Override
  public void close() {
    Lock end = lock.writeLock();
    end.lock();
    try {
      MemorySegment event = handle;
      if (event.address() == 0) {
        return;
      }
      handle = MemorySegment.NULL;
      CudaCall.runtime("cudaEventDestroy", () -> Cudart.cudaEventDestroy(event));
    } catch (CudaErrorException e) {
      if (!e.isFatal()) { // then it is gone with the context
        throw e;
      }
    } finally {
      end.unlock();
    }
  }

  /** Marks the end of the work submitted to a stream. Call under the stream's lock. */
  void record(MemorySegment stream) {
    Lock use = lock.readLock();
    use.lock();
    try {
      MemorySegment event = open();
      CudaCall.runtime("cudaEventRecord", () -> Cudart.cudaEventRecord(event, stream));
      recorded = true;
    } finally {
      use.unlock();
    }
  }

  /** Makes a stream wait. Call under the stream's lock. */
  void holdBack(MemorySegment stream) {
    Lock use = lock.readLock();
    use.lock();
    try {
      MemorySegment event = live();
      CudaCall.runtime("cudaStreamWaitEvent", () -> Cudart.cudaStreamWaitEvent(stream, event, 0));
    } finally {
      use.unlock();
    }
  }

  private void await() {
    MemorySegment event = open();
    CudaCall.runtime("cudaEventSynchronize", () -> Cudart.cudaEventSynchronize(event));
  }

  /** For whoever ends it when it is lost. */
  MemorySegment handle() {
    Lock use = lock.readLock();
    use.lock();
    try {
      return live();
    } finally {
      use.unlock();
    }
  }

  private MemorySegment open() {
    MemorySegment event = live();
    device.select();
    return event;
  }

  private MemorySegment live() {
    if (handle.address() == 0) {
      throw new UseAfterCloseException("CudaEvent");
    }
    return handle;
  }
}
