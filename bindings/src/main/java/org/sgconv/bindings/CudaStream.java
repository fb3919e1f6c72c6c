package org.sgconv.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.cudart.Cudart;

/**
 * Work for a device, done in the order in which it is submitted. Any thread may submit; a thread
 * that submits several pieces that belong together holds {@link #lock()} meanwhile.
 */
public final class CudaStream implements AutoCloseable {

  private static final AtomicLong COUNT = new AtomicLong();

  private final ReentrantLock lock;
  private final long number = COUNT.getAndIncrement();
  private final CudaDevice device;
  private final NativeHandle handle;
  private final @Nullable StreamBelongings belongings;

  /** Made when it is needed. Guarded by the lock. */
  private @Nullable CudaStaging staging;

  /** Whether a capture could not be ended. Guarded by the lock. */
  private boolean inCapture;

  /**
   * Takes over a handle.
   *
   * @param permanent whether it is closed by nobody, but given back with all that it holds when it
   *     is lost
   */
  CudaStream(CudaDevice device, MemorySegment handle, boolean permanent) {
    this.device = device;
    this.handle = new NativeHandle("CudaStream", handle);
    this.lock = this.handle.lock();
    this.belongings = permanent ? StreamBelongings.watch(this, handle) : null;
  }

  /** The device that does the work. */
  public CudaDevice device() {
    return device;
  }

  /** Held during every call; reentrant. */
  public ReentrantLock lock() {
    return lock;
  }

  /** Whether {@link #close} was called. */
  public boolean isClosed() {
    return handle.isEnded();
  }

  /** New memory with arbitrary content. */
  public CudaAllocation allocate(long bytes) {
    lock.lock();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment stream = open();
      MemorySegment pointer = arena.allocate(ValueLayout.ADDRESS);
      CudaCall.runtime("cudaMallocAsync", () -> Cudart.cudaMallocAsync(pointer, bytes, stream));
      long address = pointer.get(ValueLayout.ADDRESS, 0).address();
      if (belongings != null) {
        belongings.addMemory(address);
      }
      return new CudaAllocation(this, address, bytes);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Gives memory back, once the work that uses it is done. After an error that no call survives the
   * memory is gone with the context: then this only ends its use. After any other error the memory
   * is as before, and can be freed again.
   *
   * @throws UseAfterCloseException if it was freed before
   */
  public void free(CudaAllocation allocation) {
    lock.lock();
    try {
      MemorySegment address = allocation.all().address(this, "cudaFreeAsync", "memory");
      try {
        MemorySegment stream = open();
        CudaCall.runtime("cudaFreeAsync", () -> Cudart.cudaFreeAsync(address, stream));
      } catch (CudaErrorException e) {
        if (!e.isFatal()) {
          throw e;
        }
      }
      allocation.markFreed();
      if (belongings != null) {
        belongings.removeMemory(address.address());
      }
    } finally {
      lock.unlock();
    }
  }

  /** Copies to the device and waits; the host memory may be of any kind. */
  public void upload(MemorySegment source, CudaSpan target) {
    requireSize("upload", source, target);
    lock.lock();
    try {
      staging().upload(source, target);
    } finally {
      lock.unlock();
    }
  }

  /** Copies from the device and waits; the host memory may be of any kind. */
  public void download(CudaSpan source, MemorySegment target) {
    requireSize("download", target, source);
    lock.lock();
    try {
      staging().download(source, target);
    } finally {
      lock.unlock();
    }
  }

  /** Copies to the device in this stream's order, and does not wait. */
  public void upload(PinnedMemory source, long offset, CudaSpan target) {
    lock.lock();
    try {
      copy(
          target.address(this, "upload", "target"),
          source.segment().asSlice(offset, target.byteSize()),
          target.byteSize(),
          Cudart.cudaMemcpyHostToDevice());
    } finally {
      lock.unlock();
    }
  }

  /** Copies from the device in this stream's order, and does not wait. */
  public void download(CudaSpan source, PinnedMemory target, long offset) {
    lock.lock();
    try {
      copy(
          target.segment().asSlice(offset, source.byteSize()),
          source.address(this, "download", "source"),
          source.byteSize(),
          Cudart.cudaMemcpyDeviceToHost());
    } finally {
      lock.unlock();
    }
  }

  /** Copies within this stream's memory, in its order. */
  public void copy(CudaSpan source, CudaSpan target) {
    requireSize("copy", source, target);
    lock.lock();
    try {
      copy(
          target.address(this, "copy", "target"),
          source.address(this, "copy", "source"),
          source.byteSize(),
          Cudart.cudaMemcpyDeviceToDevice());
    } finally {
      lock.unlock();
    }
  }

  /** Copies from another stream's memory, of any device, to this one's, and waits. */
  public void copyAcross(CudaSpan source, CudaSpan target) {
    requireSize("copyAcross", source, target);
    CudaStream other = source.allocation().stream();
    // Two copies in opposite directions must not wait for each other: one order for all.
    boolean first = number < other.number;
    ReentrantLock outer = first ? lock : other.lock;
    ReentrantLock inner = first ? other.lock : lock;
    outer.lock();
    inner.lock();
    try {
      other.synchronize();
      copy(
          target.address(this, "copyAcross", "target"),
          source.address(other, "copyAcross", "source"),
          source.byteSize(),
          Cudart.cudaMemcpyDefault());
      synchronize();
    } finally {
      inner.unlock();
      outer.unlock();
    }
  }

  /** Writes zeros, in this stream's order. */
  public void zero(CudaSpan target) {
    lock.lock();
    try {
      MemorySegment stream = open();
      MemorySegment address = target.address(this, "cudaMemsetAsync", "target");
      CudaCall.runtime(
          "cudaMemsetAsync", () -> Cudart.cudaMemsetAsync(address, 0, target.byteSize(), stream));
    } finally {
      lock.unlock();
    }
  }

  /** Waits until all work submitted so far is done; its failures show here at the latest. */
  public void synchronize() {
    lock.lock();
    try {
      MemorySegment stream = open();
      CudaCall.runtime("cudaStreamSynchronize", () -> Cudart.cudaStreamSynchronize(stream));
    } finally {
      lock.unlock();
    }
  }

  /** Moves an event of the same device to the end of the work submitted so far. */
  public void record(CudaEvent event) {
    lock.lock();
    try {
      event.record(open());
    } finally {
      lock.unlock();
    }
  }

  /** Work submitted from now on begins after the work before an event, of any device. */
  public void waitFor(CudaEvent event) {
    lock.lock();
    try {
      MemorySegment stream = open();
      event.holdBack(stream);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Records what {@code work} submits from this thread, instead of doing it. The caller closes the
   * graph.
   */
  public CudaGraph capture(Runnable work) {
    lock.lock();
    try {
      return CudaGraph.capture(this, open(), work);
    } finally {
      lock.unlock();
    }
  }

  /** What must go when this is lost; null if it is to be closed. */
  @Nullable StreamBelongings belongings() {
    return belongings;
  }

  /**
   * Waits for the work and ends the stream. Its memory must have been freed.
   *
   * @throws IllegalStateException if it is permanent
   */
  @Override
  public void close() {
    if (belongings != null) {
      throw new IllegalStateException("a permanent stream is not closed");
    }
    lock.lock();
    try {
      MemorySegment stream = open();
      handle.end();
      CudaStaging copies = staging;
      staging = null;
      try {
        CudaCall.runtime("cudaStreamSynchronize", () -> Cudart.cudaStreamSynchronize(stream));
      } finally {
        try {
          if (copies != null) {
            copies.close();
          }
        } finally {
          CudaCall.runtime("cudaStreamDestroy", () -> Cudart.cudaStreamDestroy(stream));
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** The handle, with the device made current. Call under the lock. */
  MemorySegment open() {
    MemorySegment stream = handle.open();
    device.select();
    if (inCapture) { // else the call would be recorded, and would seem to have done its work
      CudaGraph.abandon(stream);
      inCapture = false;
    }
    return stream;
  }

  /** Ends a capture that failed; if that fails too, every call tries again. */
  void abandonCapture(Throwable failure) {
    inCapture = true;
    try {
      open();
    } catch (RuntimeException still) {
      failure.addSuppressed(still);
    }
  }

  private void copy(MemorySegment target, MemorySegment source, long bytes, int kind) {
    MemorySegment stream = open();
    CudaCall.runtime(
        "cudaMemcpyAsync", () -> Cudart.cudaMemcpyAsync(target, source, bytes, kind, stream));
  }

  private CudaStaging staging() {
    open();
    CudaStaging copies = staging;
    if (copies == null) {
      copies = CudaStaging.create(this);
      if (belongings != null) {
        copies.addTo(belongings);
      }
      staging = copies;
    }
    return copies;
  }

  private static void requireSize(String function, CudaSpan source, CudaSpan target) {
    if (source.byteSize() != target.byteSize()) {
      throw new InvalidSegmentException(
          function,
          "target",
          "holds " + target.byteSize() + " bytes, expected " + source.byteSize());
    }
  }

  private static void requireSize(String function, MemorySegment host, CudaSpan span) {
    if (host.byteSize() != span.byteSize()) {
      throw new InvalidSegmentException(
          function,
          "host memory",
          "holds " + host.byteSize() + " bytes, expected " + span.byteSize());
    }
  }
}
