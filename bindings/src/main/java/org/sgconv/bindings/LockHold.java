package org.sgconv.bindings;

import java.util.concurrent.locks.Lock;

/** A lock that a block holds: {@code try (LockHold _ = hold.take())}. Made once for each lock. */
final class LockHold implements AutoCloseable {

  private final Lock lock;

  LockHold(Lock lock) {
    this.lock = lock;
  }

  /** Takes the lock. */
  LockHold take() {
    lock.lock();
    return this;
  }

  @Override
  public void close() {
    lock.unlock();
  }
}
