package org.sgconv.internal.cuda;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.InvalidArgumentException;
import org.sgconv.bindings.CudaGraph;
import org.sgconv.bindings.CudaSpan;
import org.sgconv.bindings.CudaStream;
import org.sgconv.bindings.NativeHandle;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.device.Event;
import org.sgconv.device.Recording;
import org.sgconv.device.Stream;
import org.sgconv.device.StreamClosedException;
import org.sgconv.device.WrongDeviceException;
import org.sgconv.spi.DevicePart;
import org.sgconv.spi.TensorAccess;
import org.sgconv.tensor.Tensor;

/** A stream of the CUDA runtime, with what convolutions on it share. */
final class GpuStream implements Stream {

  private static final AtomicLong COUNT = new AtomicLong();

  private final long number = COUNT.getAndIncrement();
  private final GpuDevice device;
  private final CudaStream queue;
  private final boolean permanent;
  private final Backend backend;
  private final Workspace workspace = new Workspace(this);

  /** Memory and recordings that are open: tensors, spectra, the workspace. */
  private final AtomicLong residents = new AtomicLong();

  /** Streams of every device with a recording under way. */
  private static final Set<GpuStream> RECORDING = ConcurrentHashMap.newKeySet();

  /** What the recording under way uses. Guarded by the queue's lock. */
  private @Nullable List<CudaSpan> recorded;

  GpuStream(CudaBackend home, GpuDevice device, CudaStream queue, boolean permanent) {
    this.device = device;
    this.queue = queue;
    this.permanent = permanent;
    this.backend = Backend.of(home.on(this));
  }

  @Override
  public GpuDevice device() {
    return device;
  }

  @Override
  public Backend backend() {
    return backend;
  }

  CudaStream queue() {
    if (queue.isClosed()) {
      throw new StreamClosedException(this + " is closed: create a new one");
    }
    return queue;
  }

  /** The queue's lock, also when the stream is closed. */
  ReentrantLock lock() {
    return queue.lock();
  }

  /** Takes that lock for a block, unless this thread has it. */
  NativeHandle.Use hold() {
    return queue.hold();
  }

  /** Use under the queue's lock. */
  Workspace workspace() {
    return workspace;
  }

  /** Whether this thread records work of this stream. */
  boolean isRecording() {
    return queue.lock().isHeldByCurrentThread() && recorded != null;
  }

  /**
   * Returns normally unless this thread is recording, which must not make anything.
   *
   * @throws InvalidArgumentException otherwise: a recording would own what is made in it
   */
  void requireNoRecording(String purpose) {
    requireNoRecording(
        "allocates " + purpose,
        "run the work once before it is recorded, and give it tensors to write to");
  }

  /** As the other, for anything that no recording can have. */
  void requireNoRecording(String what, String instead) {
    if (isRecording()) {
      throw new InvalidArgumentException("a recording on " + this + " " + what + ": " + instead);
    }
  }

  /** As the other, for what belongs to no stream: whichever this thread is recording on. */
  static void requireNoneRecording(String what, String instead) {
    RECORDING.forEach(stream -> stream.requireNoRecording(what, instead));
  }

  void enter() {
    residents.incrementAndGet();
  }

  void leave() {
    residents.decrementAndGet();
  }

  @Override
  public void synchronize() {
    requireNoRecording(
        "calls synchronize(), which waits, and nothing is done that is being recorded",
        "wait before it is recorded, or after it is replayed");
    try {
      queue().synchronize();
    } catch (RuntimeException e) {
      throw CudaFailures.translate("work on " + this, e);
    }
  }

  @Override
  public void waitFor(Event event) {
    requireNoRecording("waits for an event", "wait before it is recorded or replayed");
    if (!(event instanceof GpuEvent known)) {
      throw new WrongDeviceException(
          event + " is of " + event.device() + ", of another backend than " + this);
    }
    try {
      queue().waitFor(known.mark());
    } catch (RuntimeException e) {
      throw CudaFailures.translate("waiting for an event on " + this, e);
    }
  }

  /**
   * Returns normally only if a tensor is open and on this stream.
   *
   * @param name what the caller calls the tensor
   */
  void requireHere(String name, Tensor tensor) {
    spanHere(name, tensor);
  }

  private CudaSpan spanHere(String name, Tensor tensor) {
    if (tensor.isOnHost()) {
      throw new WrongDeviceException(
          String.format(
              Locale.ROOT,
              "%s %s is in the host's memory, the call works on %s: take it there with"
                  + " moveTo(backend), or copyTo(backend) to keep it",
              name,
              tensor,
              this));
    }
    DevicePart part = TensorAccess.devicePart(tensor);
    if (part instanceof GpuPart here && here.stream() == this) {
      return here.span();
    }
    throw new WrongDeviceException(
        String.format(
            Locale.ROOT,
            "%s %s is on %s, the call works on %s: take it there with moveTo(backend) or copyTo(stream)",
            name,
            tensor,
            part.stream(),
            this));
  }

  /**
   * Where a tensor's elements are, noted as used by the recording under way, if there is one. Use
   * under the lock.
   *
   * @param name what the caller calls the tensor
   * @throws WrongDeviceException if that is not on this stream
   */
  CudaSpan span(String name, Tensor tensor) {
    return used(spanHere(name, tensor));
  }

  /** As {@link #span(String, Tensor)}; null for null. */
  @Nullable CudaSpan optionalSpan(String name, @Nullable Tensor tensor) {
    return tensor == null ? null : span(name, tensor);
  }

  /** Notes memory as used by the recording under way, if there is one. Use under the lock. */
  CudaSpan used(CudaSpan span) {
    List<CudaSpan> uses = recorded;
    if (uses != null) {
      uses.add(span);
    }
    return span;
  }

  @Override
  public Recording record(Runnable work) {
    CudaStream open = queue();
    try (NativeHandle.Use _ = open.hold()) {
      if (recorded != null) {
        throw new InvalidArgumentException(this + " is recording: end that recording first");
      }
      List<CudaSpan> uses = new ArrayList<>();
      recorded = uses;
      RECORDING.add(this);
      workspace.beginRecording();
      boolean succeeded = false;
      AtomicReference<RuntimeException> ofWork = new AtomicReference<>();
      try {
        CudaGraph graph =
            open.capture(
                () -> {
                  try {
                    work.run();
                  } catch (RuntimeException e) {
                    ofWork.set(e);
                    throw e;
                  }
                });
        GpuRecording recording = new GpuRecording(this, graph, uses);
        enter();
        succeeded = true;
        return recording;
      } catch (RuntimeException e) {
        // The program's own exceptions are not ours to word; those of our calls are worded already.
        throw e.equals(ofWork.get()) ? e : CudaFailures.translate("a recording on " + this, e);
      } finally {
        recorded = null; // first: from now on the workspace may free again
        RECORDING.remove(this);
        if (!succeeded) {
          workspace.endRecording();
        }
      }
    }
  }

  @Override
  public MemorySegment handle() {
    return queue().address();
  }

  @Override
  public boolean isClosed() {
    return queue.isClosed();
  }

  @Override
  public void close() {
    if (permanent) {
      throw new InvalidArgumentException(
          this + " is its device's default stream: it lasts as long as the process");
    }
    if (isClosed()) {
      return;
    }
    CudaStream open = queue();
    requireNoRecording("closes its stream", "close it after");
    try (NativeHandle.Use _ = open.hold()) {
      queue();
      long held = residents.get() - workspace.allocations();
      if (held > 0) {
        throw new InvalidArgumentException(
            this + " has " + held + " open tensors, spectra or recordings: close them first");
      }
      Closer.all(open::synchronize, workspace::close, open);
    } catch (RuntimeException e) {
      throw CudaFailures.translate("closing " + this, e);
    }
  }

  @Override
  public String toString() {
    return device + " stream " + number;
  }
}
