package org.sgconv.tensor;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidArgumentException;
import org.sgconv.TensorClosedException;
import org.sgconv.TensorInUseException;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.device.Stream;
import org.sgconv.spi.BackendProvider;
import org.sgconv.spi.DeviceMemory;
import org.sgconv.spi.PinnedMemory;

/**
 * The memory behind a tensor and all its views, owned or borrowed, and whether it may still be
 * used.
 */
final class Storage {

  private static final int ENDED = -1;

  private static final AtomicLong OPEN_COUNT = new AtomicLong();

  private final String label;
  private final MemorySegment memory;
  private final @Nullable LentMemory lent;
  private final @Nullable DeviceMemory device;
  private final @Nullable PinnedMemory pinned;

  /** Whether the memory belongs to someone else. */
  private final boolean borrowed;

  /**
   * Gives owned memory back, or ends the use of a device's; null for borrowed memory of the host.
   */
  private final @Nullable Runnable release;

  private final Site allocated;

  /** What is said if owned memory is never given back; set before anyone else sees this object. */
  private @Nullable LeakReport report;

  /** Accesses that are under way, or {@link #ENDED}. */
  private final AtomicInteger accesses = new AtomicInteger();

  private volatile boolean closed;
  private volatile @Nullable Site closedAt;

  private Storage(
      String label,
      MemorySegment memory,
      @Nullable LentMemory lent,
      @Nullable DeviceMemory device,
      @Nullable PinnedMemory pinned,
      boolean borrowed,
      @Nullable Runnable release,
      Site allocated) {
    this.label = label;
    this.memory = memory;
    this.lent = lent;
    this.device = device;
    this.pinned = pinned;
    this.borrowed = borrowed;
    this.release = release;
    this.allocated = allocated;
  }

  /** New memory of the host, of zeros or of arbitrary content. */
  static Storage allocate(String label, long bytes, boolean zeroed) {
    HostAllocation made = HostAllocation.of("tensor " + label, bytes, zeroed);
    return own(label, bytes, made.memory(), made.lent(), null, null, made.release(), Site.here());
  }

  /** New zeroed page-locked memory of the host. */
  static Storage allocatePinned(BackendProvider provider, String label, long bytes) {
    String purpose = "tensor " + label;
    HostMemory.reserve(purpose, bytes);
    PinnedMemory pinned;
    try (Closer made = Closer.onFailure()) {
      made.add(() -> HostMemory.release(bytes));
      pinned = provider.allocatePinned(purpose, bytes);
      made.add(pinned::free);
      pinned.segment().fill((byte) 0);
      made.keep();
    }
    Runnable release =
        () -> {
          pinned.free();
          HostMemory.release(bytes);
        };
    return own(label, bytes, pinned.segment(), null, null, pinned, release, Site.here());
  }

  /** New memory of a device, of zeros or of arbitrary content. */
  static Storage allocate(Stream stream, String label, long bytes, boolean zeroed) {
    DeviceMemory device = stream.backend().provider().allocate("tensor " + label, bytes);
    if (zeroed) {
      try (Closer made = Closer.onFailure()) {
        made.add(device::free);
        device.part(0, bytes).zero();
        made.keep();
      }
    }
    return own(label, bytes, MemorySegment.NULL, null, device, null, device::free, Site.here());
  }

  private static Storage own(
      String label,
      long bytes,
      MemorySegment memory,
      @Nullable LentMemory lent,
      @Nullable DeviceMemory device,
      @Nullable PinnedMemory pinned,
      Runnable release,
      Site site) {
    Storage storage = new Storage(label, memory, lent, device, pinned, false, release, site);
    storage.report = LeakReport.of(storage, "tensor " + label + " (" + bytes + " bytes)", site);
    LeakReport.logLost();
    OPEN_COUNT.incrementAndGet();
    return storage;
  }

  /** Memory of the host that belongs to someone else. */
  static Storage borrow(String label, MemorySegment memory) {
    return new Storage(label, memory, null, null, null, true, null, Site.here());
  }

  /** Memory of a device that belongs to someone else. */
  static Storage borrow(Stream stream, String label, MemorySegment memory) {
    DeviceMemory device = stream.backend().provider().wrap("tensor " + label, memory);
    return new Storage(label, memory, null, device, null, true, device::free, Site.here());
  }

  static long openCount() {
    return OPEN_COUNT.get();
  }

  /**
   * The memory, for the calls of this library: to be used between {@link #enter} and {@link #leave}
   * alone, since it may be another tensor's afterwards.
   */
  MemorySegment memory() {
    return memory;
  }

  /** The memory for anybody, dead from the end of this storage on. */
  MemorySegment segment() {
    LentMemory loan = lent;
    if (loan == null) {
      return memory;
    }
    MemorySegment known = loan.segmentIfMade();
    if (known == null) {
      enter();
      try {
        known = loan.makeSegment();
      } finally {
        leave();
      }
    }
    return known;
  }

  /** Whether there is a segment for anybody, whose end all threads of the JVM have to learn of. */
  boolean hasSegment() {
    return lent == null || lent.segmentIfMade() != null;
  }

  /** The device's memory, or null for that of the host. */
  @Nullable DeviceMemory device() {
    return device;
  }

  /** The page-locked memory, or null for other memory. */
  @Nullable PinnedMemory pinned() {
    return pinned;
  }

  /** Whether the memory belongs to someone else, and may be a mapped file. */
  boolean isBorrowed() {
    return borrowed;
  }

  /** Waits until no device copies from or to memory of the host. */
  void awaitCopies() {
    if (pinned != null) {
      pinned.awaitCopies();
    }
  }

  boolean isOpen() {
    return !closed && (!borrowed || memory.scope().isAlive());
  }

  /** The hot path: one volatile read for owned memory. */
  void requireUsable() {
    if (closed) {
      throw closedException();
    }
    if (borrowed && !(memory.scope().isAlive() && memory.isAccessibleBy(Thread.currentThread()))) {
      throw borrowedException();
    }
  }

  /** Begins an access, which keeps owned memory from being given back until {@link #leave}. */
  void enter() {
    int before;
    do {
      before = accesses.get();
      if (before == ENDED) {
        throw closedException();
      }
    } while (!accesses.compareAndSet(before, before + 1));
  }

  void leave() {
    accesses.decrementAndGet();
  }

  private RuntimeException borrowedException() {
    if (!memory.scope().isAlive()) {
      return new TensorClosedException(
          "tensor " + label + " wraps memory whose arena is closed; wrapped" + allocated);
    }
    return new InvalidArgumentException(
        "tensor "
            + label
            + " wraps memory confined to another thread than "
            + Thread.currentThread()
            + "; allocate that memory from Arena.ofShared(); wrapped"
            + allocated);
  }

  TensorClosedException closedException() {
    Site where = closedAt;
    return new TensorClosedException(
        "tensor "
            + label
            + " is closed; allocated"
            + allocated
            + (where == null ? "" : "\n  closed" + where)
            + (Site.TRACING ? "" : "\n  (-Dsgconv.tensor.trace=true shows more)"));
  }

  /**
   * Ends all use, if that has not happened yet; gives owned memory back. Without a lock of its own,
   * since that may wait for a stream, whose recording may close the same tensor.
   */
  void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      if (release != null && !accesses.compareAndSet(0, ENDED)) {
        throw new TensorInUseException(inUse());
      }
      closed = true;
    }
    if (release != null) {
      try {
        release.run();
      } catch (IllegalStateException busy) {
        reopen();
        throw new TensorInUseException(inUse(), busy);
      } catch (RuntimeException | Error failure) { // of an Error too, the memory is not lost
        reopen();
        throw failure;
      }
    }
    if (report != null) {
      OPEN_COUNT.decrementAndGet();
      report.drop();
      LeakReport.logLost();
    }
    closedAt = Site.here();
  }

  private void reopen() {
    accesses.set(0);
    closed = false;
  }

  private String inUse() {
    return "tensor "
        + label
        + " is in use by a call that is under way: close it when that has returned";
  }
}
