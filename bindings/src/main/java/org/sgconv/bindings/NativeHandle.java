package org.sgconv.bindings;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReentrantLock;

/** A native object that is ended once, and the lock that every call on it holds. */
final class NativeHandle {

  private final ReentrantLock lock = new ReentrantLock();
  private final String owner;

  /** Guarded by the lock. */
  private MemorySegment handle;

  /**
   * Takes over a handle.
   *
   * @param owner what the exception for a use after its end names
   */
  NativeHandle(String owner, MemorySegment handle) {
    this.owner = owner;
    this.handle = handle;
  }

  /** Held during every call; reentrant. */
  ReentrantLock lock() {
    return lock;
  }

  /** The handle. Call under the lock. */
  MemorySegment open() {
    if (handle.address() == 0) {
      throw new UseAfterCloseException(owner);
    }
    return handle;
  }

  /** The handle, which is of no use to others from now on. Call under the lock. */
  MemorySegment end() {
    MemorySegment last = open();
    handle = MemorySegment.NULL;
    return last;
  }

  boolean isEnded() {
    lock.lock();
    try {
      return handle.address() == 0;
    } finally {
      lock.unlock();
    }
  }
}
