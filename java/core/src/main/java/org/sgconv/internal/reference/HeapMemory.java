package org.sgconv.internal.reference;

import java.util.function.Supplier;
import org.sgconv.HostMemoryException;

/** Turns an exhausted Java heap into the library's own exception. */
final class HeapMemory {

  private HeapMemory() {}

  /**
   * Returns normally only if the heap could hold so many bytes if it held nothing else. Asked
   * before work that would fail in the end.
   *
   * @throws HostMemoryException otherwise
   */
  static void require(String purpose, long bytes) {
    long most = Runtime.getRuntime().maxMemory();
    if (bytes > most) {
      throw new HostMemoryException(
          purpose + " on the Java heap, which has at most " + most + " (raise -Xmx)", bytes);
    }
  }

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
