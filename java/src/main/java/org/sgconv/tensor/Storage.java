package org.sgconv.tensor;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.sgconv.HostMemoryException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.TensorClosedException;
import org.sgconv.TensorInUseException;

/**
 * The memory behind a tensor and all its views, owned or borrowed, and whether it may still be
 * used.
 */
final class Storage {

  /** Widest vector register and cache line of the processors in reach. */
  static final long ALIGNMENT = 64;

  private static final Cleaner CLEANER = Cleaner.create();
  private static final AtomicLong OPEN_COUNT = new AtomicLong();

  private final String label;
  private final MemorySegment memory;
  private final @Nullable Ownership ownership;
  private final Site allocated;

  private volatile boolean closed;
  private volatile @Nullable Site closedAt;

  /** What an owner must give back; apart from the storage so that the Cleaner can hold it. */
  private static final class Ownership implements Runnable {
    private final Arena arena;
    private volatile boolean held = true;

    private final String report;

    /** Set right after construction, before anyone else sees this object. */
    private Cleaner.@Nullable Cleanable cleanable;

    private final Site allocated;

    Ownership(Arena arena, String report, Site allocated) {
      this.arena = arena;
      this.report = report;
      this.allocated = allocated;
    }

    /** The garbage collector found the storage unreachable. It only reports: see ADR 2. */
    @Override
    public void run() {
      if (held) {
        System.getLogger("org.sgconv.tensor")
            .log(
                Level.WARNING,
                () ->
                    report
                        + " was never closed and its memory is lost; allocated"
                        + allocated
                        + (Site.TRACING ? "" : "\n  (-Dsgconv.tensor.trace=true shows more)"));
      }
    }
  }

  private Storage(
      String label, MemorySegment memory, @Nullable Ownership ownership, Site allocated) {
    this.label = label;
    this.memory = memory;
    this.ownership = ownership;
    this.allocated = allocated;
  }

  /** New zeroed memory of its own. */
  static Storage allocate(String label, long bytes) {
    String purpose = "tensor " + label;
    HostMemory.reserve(purpose, bytes);
    Site site = Site.here();
    Arena arena = Arena.ofShared();
    MemorySegment memory;
    try {
      memory = arena.allocate(bytes, ALIGNMENT);
    } catch (OutOfMemoryError error) {
      arena.close();
      HostMemory.release(bytes);
      throw new HostMemoryException(purpose, bytes, error);
    }
    Ownership ownership = new Ownership(arena, "tensor " + label + " (" + bytes + " bytes)", site);
    Storage storage = new Storage(label, memory, ownership, site);
    ownership.cleanable = CLEANER.register(storage, ownership);
    OPEN_COUNT.incrementAndGet();
    return storage;
  }

  /** Memory that belongs to someone else. */
  static Storage borrow(String label, MemorySegment memory) {
    return new Storage(label, memory, null, Site.here());
  }

  static long openCount() {
    return OPEN_COUNT.get();
  }

  MemorySegment memory() {
    return memory;
  }

  boolean isOpen() {
    return !closed && (ownership != null || memory.scope().isAlive());
  }

  /** The hot path: one volatile read for owned memory. */
  void requireUsable() {
    if (closed) {
      throw closedException("is closed");
    }
    if (ownership == null
        && !(memory.scope().isAlive() && memory.isAccessibleBy(Thread.currentThread()))) {
      throw borrowedException();
    }
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

  TensorClosedException closedException(String what) {
    Site where = closedAt;
    return new TensorClosedException(
        "tensor "
            + label
            + " "
            + what
            + "; allocated"
            + allocated
            + (where == null ? "" : "\n  closed" + where)
            + (Site.TRACING ? "" : "\n  (-Dsgconv.tensor.trace=true shows more)"));
  }

  /** Ends all use; gives owned memory back. */
  synchronized void close() {
    if (closed) {
      throw closedException("is closed already: close a tensor once");
    }
    closed = true;
    Ownership owned = ownership;
    if (owned != null) {
      try {
        owned.arena.close();
      } catch (IllegalStateException busy) {
        closed = false;
        throw new TensorInUseException(
            "tensor "
                + label
                + " is in use by another thread: close it when that call has returned",
            busy);
      }
      owned.held = false;
      OPEN_COUNT.decrementAndGet();
      HostMemory.release(memory.byteSize());
      if (owned.cleanable != null) {
        owned.cleanable.clean();
      }
    }
    closedAt = Site.here();
  }
}
