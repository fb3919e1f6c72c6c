package org.sgconv.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.sgconv.bindings.cudart.Cudart;

/** A place among the work of a stream, which others wait for. Any thread may use it. */
public final class CudaEvent implements AutoCloseable {

  private final CudaDevice device;

  // Guarded by this.
  private MemorySegment handle;
  private boolean recorded;

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

  /** The device whose streams it can be recorded on. */
  public CudaDevice device() {
    return device;
  }

  /** Whether it was recorded. */
  public synchronized boolean isRecorded() {
    return recorded;
  }

  /** Waits for the work before it; for none if it was not recorded. */
  public synchronized void synchronize() {
    MemorySegment event = open();
    CudaCall.runtime("cudaEventSynchronize", () -> Cudart.cudaEventSynchronize(event));
  }

  /** Time in milliseconds from an earlier event of the same device to this one; waits for both. */
  public float millisecondsSince(CudaEvent start) {
    start.synchronize();
    synchronize();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(ValueLayout.JAVA_FLOAT);
      MemorySegment from = start.handle();
      MemorySegment to = handle();
      CudaCall.runtime("cudaEventElapsedTime", () -> Cudart.cudaEventElapsedTime(value, from, to));
      return value.get(ValueLayout.JAVA_FLOAT, 0);
    }
  }

  /** Ends the event; who waits for it goes on waiting. */
  @Override
  public synchronized void close() {
    MemorySegment event = live();
    handle = MemorySegment.NULL;
    try {
      CudaCall.runtime("cudaEventDestroy", () -> Cudart.cudaEventDestroy(event));
    } catch (CudaErrorException e) {
      if (!e.isFatal()) { // then it is gone with the context
        throw e;
      }
    }
  }

  /** Marks the end of the work submitted to a stream. Call under the stream's lock. */
  synchronized void record(MemorySegment stream) {
    MemorySegment event = open();
    CudaCall.runtime("cudaEventRecord", () -> Cudart.cudaEventRecord(event, stream));
    recorded = true;
  }

  /** Makes a stream wait. Call under the stream's lock. */
  synchronized void holdBack(MemorySegment stream) {
    MemorySegment event = live();
    CudaCall.runtime("cudaStreamWaitEvent", () -> Cudart.cudaStreamWaitEvent(stream, event, 0));
  }

  private synchronized MemorySegment handle() {
    return live();
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
