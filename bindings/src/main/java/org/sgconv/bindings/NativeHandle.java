package org.sgconv.bindings;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A native object that is ended once, and the lock that every call on it holds. */
final class NativeHandle {

  private final ReentrantLock lock = new ReentrantLock();
  private final String owner;
  private final Cleaner.@Nullable Cleanable lost;

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
    this.lost = null;
  }

  /**
   * Takes over a handle that ends with {@link #close}, or when it is lost.
   *
   * @param owner what the exception for a use after its end names
   * @param destroy ends it; takes the handle and returns nothing
   */
  NativeHandle(String owner, MemorySegment handle, MethodHandle destroy) {
    this.owner = owner;
    this.handle = handle;
    this.lost = LostHandles.watch(this, destroy, handle);
  }

  /** Held during every call; reentrant. */
  ReentrantLock lock() {
    return lock;
  }

  /** Gives the lock back. Until then the handle is not lost, even if its owner is. */
  void unlock() {
    try {
      lock.unlock();
    } finally {
      Reference.reachabilityFence(this);
    }
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

  /** Ends what was made with the function that ends it. Call under the lock. */
  void close() {
    end();
    if (lost != null) {
      lost.clean();
    }
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
