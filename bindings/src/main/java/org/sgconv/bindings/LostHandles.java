package org.sgconv.bindings;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.ref.Cleaner;

/**
 * Ends native objects whose owner was lost: those of an application that was taken out of a running
 * server, for example, with its class loader and everything in it.
 */
final class LostHandles {

  private static final Cleaner CLEANER = Cleaner.create();

  private LostHandles() {}

  /**
   * Calls {@code destroy} with {@code handle} once: when the result is cleaned, or when {@code
   * owner} is unreachable.
   *
   * @param destroy takes a MemorySegment and returns nothing
   */
  static Cleaner.Cleanable watch(Object owner, MethodHandle destroy, MemorySegment handle) {
    // Made of the JDK's classes alone. A lambda would be of a class of ours, which the Cleaner's
    // thread would keep reachable, and with it the class loader that is to be collected.
    Runnable end =
        MethodHandleProxies.asInterfaceInstance(
            Runnable.class, MethodHandles.insertArguments(destroy, 0, handle));
    return CLEANER.register(owner, end);
  }
}
