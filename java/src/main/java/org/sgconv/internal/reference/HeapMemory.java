package org.sgconv.internal.reference;

import java.util.function.Supplier;
import org.sgconv.HostMemoryException;

/** Turns an exhausted Java heap into the library's own exception. */
final class HeapMemory {

  private HeapMemory() {}

  /**
   * The result of {@code work}.
   *
   * @param bytes about how many bytes of arrays the work needs
   * @throws HostMemoryException if the heap cannot hold them
   */
  static <T> T guarded(String purpose, long bytes, Supplier<T> work) {
    try {
      return work.get();
    } catch (OutOfMemoryError e) {
      throw new HostMemoryException(purpose + " on the Java heap (raise -Xmx)", bytes, e);
    }
  }

  /** As {@link #guarded(String, long, Supplier)}, without a result. */
  static void guarded(String purpose, long bytes, Runnable work) {
    Supplier<Boolean> supplier =
        () -> {
          work.run();
          return true;
        };
    guarded(purpose, bytes, supplier);
  }
}
