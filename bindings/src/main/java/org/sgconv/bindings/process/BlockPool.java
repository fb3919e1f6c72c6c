package org.sgconv.bindings.process;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Host memory that is lent to one tensor after another, so that its pages need not be faulted in
 * and zeroed anew each time.
 *
 * <p>One pool a class loader. {@link HeldBytes} counts all of its blocks; what of that is not lent
 * is {@link #spareBytes}. When the class loader goes, its spare blocks are unmapped and taken off
 * the count; blocks that are lent and lost stay, as all memory of lost tensors does.
 */
public final class BlockPool {

  /** Smaller memory is cheaper to allocate than to look after. */
  public static final long LEAST = 64L << 10;

  /** Spare blocks, the oldest first; of classes of the JDK alone, for the end of the loader. */
  private static final Set<MemorySegment> SPARE = new LinkedHashSet<>();

  /** The same by size, those of one size the oldest first. */
  private static final TreeMap<Long, Deque<MemorySegment>> BY_SIZE = new TreeMap<>();

  /** Lives as long as the class loader. */
  private static final Object LOADER = new Object();

  /** What is counted as held and not lent: spare blocks, and the ends of lent ones. */
  private static long spareBytes;

  static {
    MappedBlocks blocks = MappedBlocks.instance();
    if (blocks != null) {
      MethodHandle size =
          LostHandles.find(MemorySegment.class, "byteSize", MethodType.methodType(long.class));
      MethodHandle uncount = MethodHandles.filterArguments(HeldBytes.subtracting(), 0, size);
      MethodHandle free = MethodHandles.foldArguments(uncount, blocks.unmapping());
      LostHandles.watch(LOADER, LostHandles.each(SPARE, free));
    }
  }

  /** Most bytes that are kept of what comes back. Guarded by the class. */
  private static long mostSpare;

  private BlockPool() {}

  /** A block in somebody's hands, until {@link #end}. */
  public static final class Loan {

    private final MemorySegment block;
    private final MemorySegment memory;
    private final boolean isFresh;

    private Loan(MemorySegment block, long bytes, boolean isFresh) {
      this.block = block;
      this.memory = block.asSlice(0, bytes);
      this.isFresh = isFresh;
    }

    /**
     * The memory, which knows no end: the borrower sees to it that nobody uses it after that of the
     * loan, when it is somebody else's.
     */
    public MemorySegment memory() {
      return memory;
    }

    /**
     * The memory for those that the borrower cannot see to: it and its slices are dead once the
     * arena is closed. Closing that ends the loan; {@link #end} must not be called besides.
     */
    public MemorySegment under(Arena arena) {
      return MappedBlocks.until(memory, arena, this::end);
    }

    /** Whether it is zeroed; otherwise it holds what the last borrower left. */
    public boolean isFresh() {
      return isFresh;
    }

    /** Gives the block back. To be called once. */
    public void end() {
      takeBack(block, memory.byteSize());
    }
  }

  /** Whether there is a pool here: on Linux, with native access. */
  public static boolean isUsable() {
    return MappedBlocks.instance() != null;
  }

  /**
   * Lends a spare block, whose bytes need not be counted, or returns null if none fits.
   *
   * @param most what may be spare from now on, when this loan or another ends; see {@link #trim}
   */
  public static synchronized @Nullable Loan lendSpare(long bytes, long most) {
    mostSpare = most;
    Map.Entry<Long, Deque<MemorySegment>> fit = BY_SIZE.ceilingEntry(bytes);
    if (fit == null || fit.getKey() - bytes > bytes / 8 + MappedBlocks.PAGE) {
      return null;
    }
    MemorySegment block = fit.getValue().removeLast(); // the likeliest to be in a cache
    dropped(block, fit.getValue());
    spareBytes -= bytes;
    return new Loan(block, bytes, false);
  }

  /**
   * Lends a new block, or returns null if the operating system has no memory.
   *
   * @param bytes which the caller has counted in {@link HeldBytes}; they stay counted until the
   *     block is freed
   */
  public static @Nullable Loan lendFresh(long bytes) {
    MappedBlocks blocks = MappedBlocks.instance();
    MemorySegment block = blocks == null ? null : blocks.map(bytes);
    return block == null ? null : new Loan(block, bytes, true);
  }

  private static synchronized void takeBack(MemorySegment block, long bytes) {
    spareBytes += bytes;
    SPARE.add(block);
    BY_SIZE.computeIfAbsent(block.byteSize(), size -> new ArrayDeque<>()).addLast(block);
    trim(mostSpare);
  }

  /**
   * From now on, no more than that is kept of what comes back; what is spare beyond it is freed.
   */
  public static synchronized void keepAtMost(long bytes) {
    mostSpare = bytes;
    trim(bytes);
  }

  /** Frees the oldest spare blocks until no more than that is spare. */
  public static synchronized void trim(long mostSpare) {
    MappedBlocks blocks = MappedBlocks.instance();
    while (blocks != null && spareBytes > mostSpare && !SPARE.isEmpty()) {
      MemorySegment oldest = SPARE.iterator().next();
      Deque<MemorySegment> same = Objects.requireNonNull(BY_SIZE.get(oldest.byteSize()));
      same.removeFirst();
      dropped(oldest, same);
      spareBytes -= oldest.byteSize();
      HeldBytes.subtract(oldest.byteSize());
      blocks.unmap(oldest);
    }
  }

  private static void dropped(MemorySegment block, Deque<MemorySegment> same) {
    SPARE.remove(block);
    if (same.isEmpty()) {
      BY_SIZE.remove(block.byteSize());
    }
  }

  /** Bytes that are counted as held by this class loader's pool and lent to nobody. */
  public static synchronized long spareBytes() {
    return spareBytes;
  }
}
