package org.sgconv.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.sgconv.HostMemoryException;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.bindings.process.BlockPool;

/**
 * Memory of the host for one tensor. Larger memory is lent by a pool; the rest has an arena of its
 * own.
 *
 * @param memory aligned to {@link #ALIGNMENT}
 * @param lent what it is of the pool's, or null if its arena is its own
 * @param release gives the memory back
 */
record HostAllocation(MemorySegment memory, @Nullable LentMemory lent, Runnable release) {

  /** Widest vector register and cache line of the processors in reach. */
  static final long ALIGNMENT = 64;

  /**
   * Fills memory whose content is arbitrary with NaN of every type, so that tests see what is not
   * written.
   */
  private static final boolean POISON = Boolean.getBoolean("sgconv.host.poison");

  private static final byte NAN = -1;

  /**
   * Allocates.
   *
   * @param zeroed whether it must hold zeros; otherwise its content is arbitrary
   * @throws HostMemoryException if the host has no such memory
   */
  static HostAllocation of(String purpose, long bytes, boolean zeroed) {
    boolean pooled = bytes >= BlockPool.LEAST && BlockPool.isUsable();
    HostAllocation allocation = pooled ? lent(purpose, bytes, zeroed) : own(purpose, bytes);
    if (POISON && !zeroed) {
      allocation.memory.fill(NAN);
    }
    return allocation;
  }

  private static HostAllocation own(String purpose, long bytes) {
    try (Closer made = Closer.onFailure()) {
      Arena arena = made.add(Arena.ofShared());
      HostMemory.reserve(purpose, bytes);
      made.add(() -> HostMemory.release(bytes));
      MemorySegment memory = arena.allocate(bytes, ALIGNMENT);
      made.keep();
      return new HostAllocation(
          memory,
          null,
          () -> {
            arena.close();
            HostMemory.release(bytes);
          });
    } catch (OutOfMemoryError error) {
      throw new HostMemoryException(purpose, bytes, error);
    }
  }

  private static HostAllocation lent(String purpose, long bytes, boolean zeroed) {
    long mostSpare = HostMemory.mostSpare();
    BlockPool.Loan loan =
        bytes <= HostMemory.limit() - HostMemory.heldBytes()
            ? BlockPool.lendSpare(bytes, mostSpare)
            : null;
    if (loan == null) {
      loan = fresh(purpose, bytes);
    }
    if (zeroed && !loan.isFresh()) {
      loan.memory().fill((byte) 0);
    }
    LentMemory lent = new LentMemory(loan);
    return new HostAllocation(loan.memory(), lent, lent::end);
  }

  private static BlockPool.Loan fresh(String purpose, long bytes) {
    try (Closer made = Closer.onFailure()) {
      HostMemory.reserve(purpose, bytes);
      made.add(() -> HostMemory.release(bytes));
      BlockPool.@Nullable Loan loan = BlockPool.lendFresh(bytes);
      if (loan == null) {
        HostMemory.trim();
        loan = BlockPool.lendFresh(bytes);
      }
      if (loan == null) {
        throw new HostMemoryException(purpose, bytes);
      }
      made.keep();
      return loan;
    }
  }
}
