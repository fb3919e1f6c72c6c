package org.sgconv.tensor;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLong;
import org.sgconv.HostMemoryException;

/**
 * Refuses what the machine cannot hold. An operating system that overcommits would hand out the
 * address space and end the process when the pages are first written; the JVM puts no bound on
 * native memory either.
 */
final class HostMemory {

  /** Below this total, asking the operating system is not worth its time. */
  private static final long UNCHECKED = 1L << 30;

  private static final AtomicLong OPEN_BYTES = new AtomicLong();

  /** Physical memory, or the container's limit if that is less. */
  private static final class Physical {
    static final long BYTES =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }

  private HostMemory() {}

  /**
   * Counts bytes as taken.
   *
   * @throws HostMemoryException if all tensors together would exceed physical memory
   */
  static void reserve(String purpose, long bytes) {
    // First alone, so that the sum below cannot overflow.
    if (bytes > UNCHECKED && bytes > Physical.BYTES) {
      throw refusal(purpose, bytes, OPEN_BYTES.get());
    }
    long total = OPEN_BYTES.addAndGet(bytes);
    if (total > UNCHECKED && total > Physical.BYTES) {
      OPEN_BYTES.addAndGet(-bytes);
      throw refusal(purpose, bytes, total - bytes);
    }
  }

  private static HostMemoryException refusal(String purpose, long bytes, long open) {
    return new HostMemoryException(
        purpose
            + " (open tensors hold "
            + open
            + " bytes of this machine's or container's "
            + Physical.BYTES
            + ")",
        bytes);
  }

  /** Bytes that are taken now. */
  static long heldBytes() {
    return OPEN_BYTES.get();
  }

  static void release(long bytes) {
    OPEN_BYTES.addAndGet(-bytes);
  }
}
