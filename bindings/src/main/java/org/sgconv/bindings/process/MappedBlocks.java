package org.sgconv.bindings.process;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * Blocks of anonymous memory of the operating system, in huge pages where it has them: 2 MiB at a
 * time are faulted in and looked up, not 4 KiB.
 */
@SuppressWarnings("restricted") // what is mapped here is unmapped here, once
final class MappedBlocks {

  static final long PAGE = 4096;

  private static final long HUGE_PAGE = 2L << 20;

  // Linux, on every processor that this library is built for.
  private static final int READ_AND_WRITE = 3;
  private static final int PRIVATE_ANONYMOUS = 0x22;
  private static final int ADVISE_HUGE_PAGES = 14;

  private static final MemoryLayout SIZE = ValueLayout.JAVA_LONG;
  private static final MemoryLayout INT = ValueLayout.JAVA_INT;

  /** Null where this is not Linux, or native access is denied. */
  private static final @Nullable MappedBlocks INSTANCE = find();

  private final MethodHandle mmap;
  private final MethodHandle munmap;
  private final MethodHandle madvise;

  private MappedBlocks(Linker linker, SymbolLookup libc) {
    mmap =
        linker.downcallHandle(
            libc.findOrThrow("mmap"),
            FunctionDescriptor.of(
                ValueLayout.ADDRESS, ValueLayout.ADDRESS, SIZE, INT, INT, INT, SIZE));
    munmap =
        linker.downcallHandle(
            libc.findOrThrow("munmap"), FunctionDescriptor.of(INT, ValueLayout.ADDRESS, SIZE));
    madvise =
        linker.downcallHandle(
            libc.findOrThrow("madvise"),
            FunctionDescriptor.of(INT, ValueLayout.ADDRESS, SIZE, INT));
  }

  private static @Nullable MappedBlocks find() {
    if (!System.getProperty("os.name", "").equals("Linux")) {
      return null;
    }
    try {
      Linker linker = Linker.nativeLinker();
      return new MappedBlocks(linker, linker.defaultLookup());
    } catch (IllegalCallerException denied) {
      return null;
    }
  }

  static @Nullable MappedBlocks instance() {
    return INSTANCE;
  }

  /** New zeroed memory that nobody has touched yet, or null if there is none. */
  @Nullable MemorySegment map(long bytes) {
    long slack = bytes < HUGE_PAGE ? 0 : HUGE_PAGE - PAGE;
    long pages = (bytes + PAGE - 1) & -PAGE;
    MemorySegment whole = call(pages + slack);
    if (whole.address() == -1) {
      return null;
    }
    long front = slack == 0 ? 0 : -whole.address() & (HUGE_PAGE - 1);
    MemorySegment block = whole.asSlice(front, bytes);
    unmap(whole.asSlice(0, front));
    unmap(whole.asSlice(front + pages));
    if (slack > 0) {
      advise(block);
    }
    return block;
  }

  private MemorySegment call(long bytes) {
    try {
      MemorySegment start =
          (MemorySegment)
              mmap.invokeExact(
                  MemorySegment.NULL, bytes, READ_AND_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
      return start.reinterpret(bytes);
    } catch (Throwable e) {
      throw new LinkageError("mmap", e);
    }
  }

  /** Huge pages are a matter of speed: without them the memory is as good. */
  private void advise(MemorySegment block) {
    try {
      int ignored = (int) madvise.invokeExact(block, block.byteSize(), ADVISE_HUGE_PAGES);
    } catch (Throwable e) {
      throw new LinkageError("madvise", e);
    }
  }

  /** Gives memory back; the operating system rounds its size up to pages. */
  void unmap(MemorySegment block) {
    if (block.byteSize() > 0) {
      try {
        int ignored = (int) munmap.invokeExact(block, block.byteSize());
      } catch (Throwable e) {
        throw new LinkageError("munmap", e);
      }
    }
  }

  /**
   * As {@link #unmap}, made of classes of the JDK alone: whoever keeps it keeps no class loader.
   */
  MethodHandle unmapping() {
    MethodHandle size =
        LostHandles.find(MemorySegment.class, "byteSize", MethodType.methodType(long.class));
    return MethodHandles.dropReturn(ofBlock(MethodHandles.filterArguments(munmap, 1, size)));
  }

  /** A function of a block and the same block, as one of the block. */
  private static MethodHandle ofBlock(MethodHandle ofTwo) {
    MethodType one = MethodType.methodType(ofTwo.type().returnType(), MemorySegment.class);
    return MethodHandles.permuteArguments(ofTwo, one, 0, 0);
  }

  /** The same memory until the arena is closed; {@code end} runs then. */
  static MemorySegment until(MemorySegment memory, Arena arena, Runnable end) {
    return memory.reinterpret(arena, closed -> end.run());
  }
}
