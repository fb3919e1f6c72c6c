package org.sgconv.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.sgconv.bindings.cudart.Cudart;

/** A place among the work of a stream, which others wait for. Any thread may use it. */
public final class CudaEvent implements AutoCloseable {

  private static final AtomicLong COUNT = new AtomicLong();

  private final long number = COUNT.getAndIncrement();
  private final CudaDevice device;

  /** Of calls that use the handle: who waits on the host holds nobody up. */
  private final LockHold use;

  /** Of the call that ends it. */
  private final LockHold end;

  /** Guarded by the lock of these two. */
  private MemorySegment handle;

  private volatile boolean recorded;

  private CudaEvent(CudaDevice device, MemorySegment handle) {
    ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    this.device = device;
    this.use = new LockHold(lock.readLock());
    this.end = new LockHold(lock.writeLock());
    this.handle = handle;
  }

  /** A new event of a device. Events that take no time are cheaper. */
  static CudaEvent create(CudaDevice device, boolean timing) {
    device.select();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment event = arena.allocate(ValueLayout.ADDRESS);
      int flags = timing ? 0 : Cudart.cudaEventDisableTiming();
      NativeResult.cudart(
          "cudaEventCreateWithFlags", Cudart.cudaEventCreateWithFlags(event, flags));
      return new CudaEvent(device, event.get(ValueLayout.ADDRESS, 0));
    }
  }

  /** Whether it was recorded. */
  public boolean isRecorded() {
    return recorded;
  }

  /** Waits for the work before it; for none if it was not recorded. */
  public void synchronize() {
    try (LockHold _ = use.take()) {
      await();
    }
  }

  /** Time in milliseconds from an earlier event of the same device to this one; waits for both. */
  public float millisecondsSince(CudaEvent start) {
    // A thread that closes one of them makes later readers wait: one order for all.
    boolean first = number < start.number;
    try (LockHold _ = (first ? this : start).use.take();
        LockHold _ = (first ? start : this).use.take();
        Arena arena = Arena.ofConfined()) {
      start.await();
      await();
      MemorySegment value = arena.allocate(ValueLayout.JAVA_FLOAT);
      NativeResult.cudart(
          "cudaEventElapsedTime", Cudart.cudaEventElapsedTime(value, start.handle, handle));
      return value.get(ValueLayout.JAVA_FLOAT, 0);
    }
  }

  /**
   * Ends the event, once no thread is in a call on it; streams that wait for it go on waiting.
   * Closing a closed event does nothing.
   */
  @Override
  public void close() {
    try (LockHold _ = end.take()) {
      MemorySegment event = handle;
      if (event.address() == 0) {
        return;
      }
      handle = MemorySegment.NULL;
      CudaErrorException.unlessFatal(
          () -> NativeResult.cudart("cudaEventDestroy", Cudart.cudaEventDestroy(event)));
    }
  }

  /** Marks the end of the work submitted to a stream. Call under the stream's lock. */
  void record(MemorySegment stream) {
    try (LockHold _ = use.take()) {
      NativeResult.cudart("cudaEventRecord", Cudart.cudaEventRecord(open(), stream));
      recorded = true;
    }
  }

  /** Makes a stream wait. Call under the stream's lock. */
  void holdBack(MemorySegment stream) {
    try (LockHold _ = use.take()) {
      NativeResult.cudart("cudaStreamWaitEvent", Cudart.cudaStreamWaitEvent(stream, live(), 0));
    }
  }

  private void await() {
    NativeResult.cudart("cudaEventSynchronize", Cudart.cudaEventSynchronize(open()));
  }

  /** For whoever ends it when it is lost. */
  MemorySegment handle() {
    try (LockHold _ = use.take()) {
      return live();
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
