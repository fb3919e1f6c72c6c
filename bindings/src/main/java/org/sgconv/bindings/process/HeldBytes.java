package org.sgconv.bindings.process;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.security.Security;

/**
 * The bytes of host memory that are held in this process, one number however many class loaders
 * have a copy of this class. It lies in native memory whose address is kept where the JDK keeps one
 * text for all class loaders, so that it outlives each of them and keeps none. Where the JVM denies
 * native access, each class loader has a number of its own: then no native library can be loaded
 * either.
 */
@SuppressWarnings("restricted") // the address is that of memory that stays
public final class HeldBytes {

  /**
   * Names the address among the JDK's security properties. Those of {@link System} would not do:
   * programs replace them, restore them and hand them on to other processes. Every version of this
   * library must find a 64-bit count here.
   */
  static final String KEY = "org.sgconv.host.memory.held.address";

  private static final VarHandle COUNT =
      ValueLayout.JAVA_LONG.varHandle().withInvokeExactBehavior();

  private static final MemorySegment CELL = cell();

  private static final MethodHandle NEGATE =
      LostHandles.findStatic(Math.class, "negateExact", long.class, long.class);

  private HeldBytes() {}

  private static MemorySegment cell() {
    try {
      // Constants are interned: one lock in the whole process.
      synchronized (KEY) {
        String known = Security.getProperty(KEY);
        long address = known == null ? allocate() : Long.parseLong(known);
        return MemorySegment.ofAddress(address).reinterpret(Long.BYTES);
      }
    } catch (IllegalCallerException denied) {
      return MemorySegment.ofArray(new long[1]);
    }
  }

  /** Zeroed memory that stays until the process ends. */
  private static long allocate() {
    long address = Arena.global().allocate(ValueLayout.JAVA_LONG).address();
    Security.setProperty(KEY, Long.toString(address));
    return address;
  }

  /** Bytes that are held now. */
  public static long get() {
    return (long) COUNT.getVolatile(CELL, 0L);
  }

  /** Sets the number if it is {@code expected}, and says whether it was. */
  public static boolean compareAndSet(long expected, long bytes) {
    return COUNT.compareAndSet(CELL, 0L, expected, bytes);
  }

  /** Takes bytes off that were given back. */
  public static void subtract(long bytes) {
    long before = (long) COUNT.getAndAdd(CELL, 0L, -bytes);
    assert before >= bytes : "gave back " + bytes + " of " + before;
  }

  /** As {@link #subtract}, made of classes of the JDK alone: takes a long, returns nothing. */
  static MethodHandle subtracting() {
    MethodHandle add = COUNT.toMethodHandle(VarHandle.AccessMode.GET_AND_ADD);
    return MethodHandles.dropReturn(
        MethodHandles.filterArguments(MethodHandles.insertArguments(add, 0, CELL, 0L), 0, NEGATE));
  }

  /**
   * As {@link #subtract}, without arguments and made of classes of the JDK alone: whoever keeps it
   * keeps no class loader.
   */
  public static MethodHandle subtracting(long bytes) {
    MethodHandle add = COUNT.toMethodHandle(VarHandle.AccessMode.GET_AND_ADD);
    return MethodHandles.dropReturn(MethodHandles.insertArguments(add, 0, CELL, 0L, -bytes));
  }
}
