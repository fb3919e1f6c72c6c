package org.sgconv.bindings;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.process.LostHandles;

/**
 * A native object that is ended once, and the lock that every call on it holds. Calls look like
 * this, and allocate nothing:
 *
 * {@snippet :
 * try (NativeHandle.Use use = handle.use()) {
 *   call(use.address());
 * }
 * }
 */
public final class NativeHandle {

  private final ReentrantLock lock;
  private final Use outermost = new Use(true);
  private final Use nested = new Use(false);
  private final String owner;
  private final Cleaner.@Nullable Cleanable lost;
  private final @Nullable Consumer<MemorySegment> preparation;

  /** Written under the lock. */
  private volatile MemorySegment handle;

  private NativeHandle(
      ReentrantLock lock,
      String owner,
      MemorySegment handle,
      @Nullable MethodHandle destroy,
      @Nullable Consumer<MemorySegment> preparation) {
    this.lock = lock;
    this.owner = owner;
    this.handle = handle;
    this.lost = destroy == null ? null : LostHandles.watch(this, destroy, handle);
    this.preparation = preparation;
  }

  /**
   * Takes over a handle that ends with {@link #close}, or when it is lost.
   *
   * @param owner what the exception for a use after its end names
   * @param destroy ends it; takes the handle and returns nothing
   */
  static NativeHandle closing(String owner, MemorySegment handle, MethodHandle destroy) {
    return new NativeHandle(new ReentrantLock(), owner, handle, destroy, null);
  }

  /**
   * Takes over a handle that its owner ends.
   *
   * @param owner what the exception for a use after its end names
   * @param preparation is given the handle before each use, under the lock
   */
  static NativeHandle prepared(
      String owner, MemorySegment handle, Consumer<MemorySegment> preparation) {
    return new NativeHandle(new ReentrantLock(), owner, handle, null, preparation);
  }

  /**
   * Takes over a handle that is used only in a use of another, under the lock of that: both are
   * then open and prepared.
   *
   * @param owner what the exception for a use after its end names
   * @param destroy ends it; takes the handle and returns nothing
   */
  static NativeHandle within(
      NativeHandle other, String owner, MemorySegment handle, MethodHandle destroy) {
    return new NativeHandle(other.lock, owner, handle, destroy, _ -> other.prepare());
  }

  /**
   * The right to use the handle, until it is closed by the thread that asked for it. There are two
   * for each handle, made once.
   */
  public final class Use implements AutoCloseable {

    private final boolean locks;

    private Use(boolean locks) {
      this.locks = locks;
    }

    /** The handle; NULL once it has ended. */
    MemorySegment address() {
      return NativeHandle.this.address();
    }

    /** Gives the lock back. Until then the handle is not lost, even if its owner is. */
    @Override
    public void close() {
      try {
        if (locks) {
          lock.unlock();
        }
      } finally {
        Reference.reachabilityFence(NativeHandle.this);
      }
    }
  }

  /** The handle; NULL once it has ended. Call in a use. */
  MemorySegment address() {
    return handle;
  }

  /** The lock, for those who take it over several calls; reentrant. */
  ReentrantLock lock() {
    return lock;
  }

  /**
   * Takes the lock, unless this thread has it, and prepares a call.
   *
   * @throws UseAfterCloseException if the handle has ended
   */
  Use use() {
    Use use = hold();
    boolean usable = false;
    try {
      prepare();
      usable = true;
      return use;
    } finally {
      if (!usable) {
        use.close();
      }
    }
  }

  /**
   * Takes the lock, unless this thread has it, for what the handle answers by itself: nothing is
   * prepared.
   *
   * @throws UseAfterCloseException if the handle has ended
   */
  Use open() {
    Use use = hold();
    if (isEnded()) {
      use.close();
      throw new UseAfterCloseException(owner);
    }
    return use;
  }

  /** Takes the lock, unless this thread has it, whether the handle has ended or not. */
  Use hold() {
    if (lock.isHeldByCurrentThread()) {
      return nested;
    }
    lock.lock();
    return outermost;
  }

  private void prepare() {
    requireOpen();
    if (preparation != null) {
      preparation.accept(handle);
    }
  }

  private void requireOpen() {
    if (handle.address() == 0) {
      throw new UseAfterCloseException(owner);
    }
  }

  /** The handle, which is of no use to others from now on. Call under the lock. */
  MemorySegment end() {
    requireOpen();
    MemorySegment last = handle;
    handle = MemorySegment.NULL;
    return last;
  }

  /**
   * Ends what was made with the function that ends it, once no thread is in a call on it. Closing a
   * closed handle does nothing.
   */
  void close() {
    try (Use _ = hold()) {
      handle = MemorySegment.NULL;
      if (lost != null) {
        lost.clean(); // once
      }
    }
  }

  boolean isEnded() {
    return handle.address() == 0;
  }
}
