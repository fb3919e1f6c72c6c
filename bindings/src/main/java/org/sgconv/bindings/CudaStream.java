package org.sgconv.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.bindings.cudart.Cudart;

/**
 * Work for a device, done in the order in which it is submitted. Any thread may submit; a thread
 * that submits several pieces that belong together {@linkplain #hold() holds it} meanwhile.
 */
public final class CudaStream implements AutoCloseable {

  private static final AtomicLong COUNT = new AtomicLong();

  /** Bytes from one row to the next, at most, that one call copies: cudaDevAttrMaxPitch. */
  private static final long MOST_PITCH = Integer.MAX_VALUE;

  /** Who destroys the handle. */
  enum End {
    /** This, when it is closed. */
    CLOSED,
    /** Nobody; it goes with all that it holds when this is lost. */
    LOST,
    /** Somebody else, after this was closed. */
    FOREIGN
  }

  private final long number = COUNT.getAndIncrement();
  private final CudaDevice device;
  private final int ordinal;
  private final NativeHandle handle;
  private final CallArguments arguments = new CallArguments(this);
  private final End end;
  private final @Nullable StreamBelongings belongings;

  /** Made when it is needed. Guarded by the lock. */
  private @Nullable CudaStaging staging;

  /** Whether a capture could not be ended. Guarded by the lock. */
  private boolean inCapture;

  /** Takes over a handle, or the use of one. */
  CudaStream(CudaDevice device, MemorySegment handle, End end) {
    this.device = device;
    this.ordinal = device.ordinal();
    this.handle = NativeHandle.prepared("CudaStream", handle, this::prepare);
    this.end = end;
    this.belongings = end == End.LOST ? StreamBelongings.watch(this, handle) : null;
  }

  /** The device that does the work. */
  public CudaDevice device() {
    return device;
  }

  /** Held during every call; reentrant. */
  public ReentrantLock lock() {
    return handle.lock();
  }

  /** Takes {@link #lock()}, unless this thread has it, for a block of calls. */
  public NativeHandle.Use hold() {
    return handle.hold();
  }

  /** As {@link #hold()}, for a call on the open stream, with its device made current. */
  NativeHandle.Use use() {
    return handle.use();
  }

  /** Whether {@link #close} was called. */
  public boolean isClosed() {
    return handle.isEnded();
  }

  /** The handle, for whoever submits other work to it; NULL once this is closed. */
  public MemorySegment address() {
    return handle.address();
  }

  /** A handle that is used only on this stream, in a {@linkplain #use() use} of it. */
  NativeHandle owned(String owner, MemorySegment owned, MethodHandle destroy) {
    return NativeHandle.within(handle, owner, owned, destroy);
  }

  /** New memory with arbitrary content. */
  public CudaAllocation allocate(long bytes) {
    try (NativeHandle.Use use = use();
        Arena arena = Arena.ofConfined()) {
      MemorySegment pointer = arena.allocate(ValueLayout.ADDRESS);
      NativeResult.cudart("cudaMallocAsync", Cudart.cudaMallocAsync(pointer, bytes, use.address()));
      long address = pointer.get(ValueLayout.ADDRESS, 0).address();
      if (belongings != null) {
        belongings.addMemory(address);
      }
      return new CudaAllocation(this, address, bytes, false);
    }
  }

  /**
   * Memory of this stream's device that somebody else owns, until {@link #free}.
   *
   * @throws IllegalArgumentException if CUDA says that its first or last byte is not the device's
   */
  public CudaAllocation wrap(long address, long bytes) {
    try (NativeHandle.Use _ = use()) {
      CudaForeign.requireMemory(device, address);
      CudaForeign.requireMemory(device, address + bytes - 1);
      return new CudaAllocation(this, address, bytes, true);
    }
  }

  /**
   * Gives memory back, once the work that uses it is done; of foreign memory it ends the use. After
   * an error that no call survives the memory is gone with the context: then this only ends its
   * use. After any other error the memory is as before, and can be freed again.
   *
   * @throws UseAfterCloseException if it was freed before
   */
  public void free(CudaAllocation allocation) {
    try (NativeHandle.Use _ = hold()) {
      MemorySegment address = address("cudaFreeAsync", "memory", allocation.all(), true);
      if (!allocation.isForeign()) {
        CudaErrorException.unlessFatal(() -> free(address));
        if (belongings != null) {
          belongings.removeMemory(address.address());
        }
      }
      allocation.markFreed();
    }
  }

  private void free(MemorySegment address) {
    try (NativeHandle.Use use = use()) {
      NativeResult.cudart("cudaFreeAsync", Cudart.cudaFreeAsync(address, use.address()));
    }
  }

  /** Copies to the device and waits; the host memory may be of any kind. */
  public void upload(MemorySegment source, CudaSpan target) {
    requireSize("upload", source, target);
    try (NativeHandle.Use _ = use()) {
      staging().upload(source, target);
    }
  }

  /**
   * Copies to the device in this stream's order, and waits for no more than room on the way; the
   * host memory may be of any kind, and is the caller's again when this returns.
   */
  public void submit(MemorySegment source, CudaSpan target) {
    requireSize("submit", source, target);
    try (NativeHandle.Use _ = use()) {
      staging().submit(source, target);
    }
  }

  /** Copies from the device and waits; the host memory may be of any kind. */
  public void download(CudaSpan source, MemorySegment target) {
    requireSize("download", target, source);
    try (NativeHandle.Use _ = use()) {
      staging().download(source, target);
    }
  }

  /** Copies to the device in this stream's order, and does not wait. */
  public void upload(PageLockedMemory source, long offset, CudaSpan target) {
    try (NativeHandle.Use use = use()) {
      copy(
          address("upload", "target", target, true),
          source.segment().asSlice(offset, target.byteSize()),
          target.byteSize(),
          Cudart.cudaMemcpyHostToDevice(),
          use.address());
    }
  }

  /** Copies from the device in this stream's order, and does not wait. */
  public void download(CudaSpan source, PageLockedMemory target, long offset) {
    try (NativeHandle.Use use = use()) {
      copy(
          target.segment().asSlice(offset, source.byteSize()),
          address("download", "source", source, false),
          source.byteSize(),
          Cudart.cudaMemcpyDeviceToHost(),
          use.address());
    }
  }

  /** Copies within this stream's memory, in its order. */
  public void copy(CudaSpan source, CudaSpan target) {
    requireSize("copy", source, target);
    try (NativeHandle.Use use = use()) {
      copy(
          address("copy", "target", target, true),
          address("copy", "source", source, false),
          source.byteSize(),
          Cudart.cudaMemcpyDeviceToDevice(),
          use.address());
    }
  }

  /**
   * Copies a stretch of every row within this stream's memory, in its order.
   *
   * @param bytes of a stretch
   * @throws InvalidSegmentException if there is not a row of the target for each of the source, or
   *     a stretch is not within its row
   */
  public void copyRows(CudaRows source, CudaRows target, long bytes) {
    source.require("copyRows", "source", bytes, source.count());
    target.require("copyRows", "target", bytes, source.count());
    try (NativeHandle.Use use = use()) {
      MemorySegment to = address("copyRows", "target", target.stretches(bytes), true);
      MemorySegment from = arguments.usable("source", source.stretches(bytes), 1, false);
      if (source.count() > 1 && Math.max(source.rowBytes(), target.rowBytes()) <= MOST_PITCH) {
        NativeResult.cudart(
            "cudaMemcpy2DAsync",
            Cudart.cudaMemcpy2DAsync(
                to,
                target.rowBytes(),
                from,
                source.rowBytes(),
                bytes,
                source.count(),
                Cudart.cudaMemcpyDeviceToDevice(),
                use.address()));
        return;
      }
      for (long row = 0; row < source.count(); row++) {
        copy(
            MemorySegment.ofAddress(to.address() + row * target.rowBytes()),
            MemorySegment.ofAddress(from.address() + row * source.rowBytes()),
            bytes,
            Cudart.cudaMemcpyDeviceToDevice(),
            use.address());
      }
    }
  }

  /** Copies from another stream's memory, of any device, to this one's, and waits. */
  public void copyAcross(CudaSpan source, CudaSpan target) {
    requireSize("copyAcross", source, target);
    CudaStream other = source.allocation().stream();
    // Two copies in opposite directions must not wait for each other: one order for all.
    boolean first = number < other.number;
    try (NativeHandle.Use _ = (first ? this : other).hold();
        NativeHandle.Use _ = (first ? other : this).hold()) {
      other.synchronize();
      try (NativeHandle.Use use = use()) {
        copy(
            address("copyAcross", "target", target, true),
            other.address("copyAcross", "source", source, false),
            source.byteSize(),
            Cudart.cudaMemcpyDefault(),
            use.address());
        synchronize();
      }
    }
  }

  /** Writes zeros, in this stream's order. */
  public void zero(CudaSpan target) {
    try (NativeHandle.Use use = use()) {
      MemorySegment address = address("cudaMemsetAsync", "target", target, true);
      NativeResult.cudart(
          "cudaMemsetAsync", Cudart.cudaMemsetAsync(address, 0, target.byteSize(), use.address()));
    }
  }

  /** Waits until all work submitted so far is done; its failures show here at the latest. */
  public void synchronize() {
    try (NativeHandle.Use use = use()) {
      NativeResult.cudart("cudaStreamSynchronize", Cudart.cudaStreamSynchronize(use.address()));
    }
  }

  /** Moves an event of the same device to the end of the work submitted so far. */
  public void record(CudaEvent event) {
    try (NativeHandle.Use use = use()) {
      event.record(use.address());
    }
  }

  /** Work submitted from now on begins after the work before an event, of any device. */
  public void waitFor(CudaEvent event) {
    try (NativeHandle.Use use = use()) {
      event.holdBack(use.address());
    }
  }

  /**
   * Records what {@code work} submits from this thread, instead of doing it. The caller closes the
   * graph.
   *
   * @throws IllegalArgumentException if this is a legacy default stream, which CUDA does not record
   */
  public CudaGraph capture(Runnable work) {
    try (NativeHandle.Use use = use()) {
      CudaForeign.requireRecordable(use.address());
      return CudaGraph.capture(this, use.address(), work);
    }
  }

  /** What must go when this is lost; null if it is to be closed. */
  @Nullable StreamBelongings belongings() {
    return belongings;
  }

  /**
   * Waits for the work and ends the stream, or the use of a foreign one. Its memory must have been
   * freed. Closing a closed stream does nothing.
   *
   * @throws IllegalStateException if it is permanent
   */
  @Override
  public void close() {
    if (end == End.LOST) {
      throw new IllegalStateException("a permanent stream is not closed");
    }
    try (NativeHandle.Use _ = hold()) {
      if (handle.isEnded()) {
        return;
      }
      try (NativeHandle.Use _ = use()) {
        MemorySegment stream = handle.end();
        CudaStaging copies = staging;
        staging = null;
        Closer.all(
            () ->
                NativeResult.cudart("cudaStreamSynchronize", Cudart.cudaStreamSynchronize(stream)),
            copies,
            () -> destroy(stream));
      }
    }
  }

  private void destroy(MemorySegment stream) {
    device.forget(stream);
    if (end != End.FOREIGN) {
      NativeResult.cudart("cudaStreamDestroy", Cudart.cudaStreamDestroy(stream));
    }
  }

  /** Before each use. Call under the lock. */
  private void prepare(MemorySegment stream) {
    NativeResult.cudart("cudaSetDevice", Cudart.cudaSetDevice(ordinal));
    if (inCapture) { // else the call would be recorded, and would seem to have done its work
      CudaGraph.abandon(stream);
      inCapture = false;
    }
  }

  /** Ends a capture that failed; if that fails too, every call tries again. */
  void abandonCapture(Throwable failure) {
    inCapture = true;
    try (NativeHandle.Use _ = use()) {
      assert !inCapture;
    } catch (RuntimeException still) {
      failure.addSuppressed(still);
    }
  }

  private static void copy(
      MemorySegment target, MemorySegment source, long bytes, int kind, MemorySegment stream) {
    NativeResult.cudart(
        "cudaMemcpyAsync", Cudart.cudaMemcpyAsync(target, source, bytes, kind, stream));
  }

  /** Of memory of this stream that the call uses. */
  private MemorySegment address(String function, String name, CudaSpan span, boolean writes) {
    return arguments.of(function).usable(name, span, 1, writes);
  }

  /** Call in a use. */
  private CudaStaging staging() {
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
