package org.sgconv.tensor;

import java.util.function.Supplier;
import org.sgconv.MemoryFaultException;

/**
 * Faults on mapped memory, whose file was cut meanwhile, as an exception of the library's: the one
 * place that knows how the JVM reports them.
 *
 * <p>It does so with an {@link InternalError} that compiled code throws not at the access but at
 * its next chance, which may lie behind the {@code catch} that waits for it. {@link #settle()} is
 * such a chance.
 */
final class MemoryFaults {

  private MemoryFaults() {}

  /**
   * What {@code access} makes of memory that may be a mapped file's.
   *
   * @param what names the memory in the message; its text is made only then
   * @throws MemoryFaultException if the memory could not be read or written
   */
  static <T> T guard(Object what, Supplier<T> access) {
    try {
      T result = access.get();
      settle();
      return result;
    } catch (InternalError error) {
      throw translate(what, error);
    }
  }

  /** As {@link #guard(Object, Supplier)}, without a result. */
  static void run(Object what, Runnable access) {
    try {
      access.run();
      settle();
    } catch (InternalError error) {
      throw translate(what, error);
    }
  }

  /**
   * Throws the {@link InternalError} of this thread's earlier accesses, if one is due. To be called
   * inside the {@code try} whose {@code catch} is to see it.
   */
  static void settle() {
    // The return from a native method is a point where the JVM delivers what is due. This one is
    // the cheapest that is not compiled away, some 0.1 microseconds.
    Runtime.getRuntime().maxMemory();
  }

  /**
   * The exception to throw instead of {@code error}.
   *
   * @param what names the memory in the message
   * @throws InternalError the error itself, if it is about something else
   */
  static MemoryFaultException translate(Object what, InternalError error) {
    // HotSpot's words: "a fault occurred in a recent unsafe memory access operation in compiled
    // Java code", or without "recent" and what follows. ForkJoin wraps them into another one.
    if (String.valueOf(error.getMessage()).contains("a fault occurred in a")) {
      return new MemoryFaultException(String.valueOf(what), error);
    }
    throw error;
  }
}
