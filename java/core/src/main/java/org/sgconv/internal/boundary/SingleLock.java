package org.sgconv.internal.boundary;

import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;

/**
 * The lock of a backend whose calls run one after another: readers exclude each other too.
 *
 * @param readLock the lock
 * @param writeLock the same
 */
public record SingleLock(Lock readLock, Lock writeLock) implements ReadWriteLock {

  /** With this lock for both. */
  public SingleLock(Lock lock) {
    this(lock, lock);
  }
}
