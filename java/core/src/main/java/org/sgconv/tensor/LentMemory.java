package org.sgconv.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.process.BlockPool;

/**
 * A tensor's loan of the pool. This library's own calls use {@link BlockPool.Loan#memory} while
 * they {@linkplain Storage#enter hold} the tensor, so that its end and theirs never overlap. Who
 * asks for the segment may keep it: for that there is an arena, made when somebody does. Closing a
 * shared arena stops all threads of the JVM for a moment, which takes longer than everything else
 * about a tensor; most tensors never have one.
 */
final class LentMemory {

  private final BlockPool.Loan loan;
  private @Nullable Arena arena;
  private volatile @Nullable MemorySegment segment;

  LentMemory(BlockPool.Loan loan) {
    this.loan = loan;
  }

  /** The segment that was made, or null if nobody has asked for it. */
  @Nullable MemorySegment segmentIfMade() {
    return segment;
  }

  /** Makes the segment if there is none. The caller holds the tensor. */
  synchronized MemorySegment makeSegment() {
    MemorySegment known = segment;
    if (known == null) {
      Arena made = Arena.ofShared();
      known = loan.under(made);
      arena = made;
      segment = known;
    }
    return known;
  }

  /**
   * Gives the block back. To be called once, when nobody holds the tensor or ever will.
   *
   * @throws IllegalStateException if another thread is in a native call on the segment; nothing has
   *     happened then
   */
  synchronized void end() {
    if (arena == null) {
      loan.end();
    } else {
      arena.close();
    }
  }
}
