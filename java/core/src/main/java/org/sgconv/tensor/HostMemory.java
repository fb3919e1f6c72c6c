package org.sgconv.tensor;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sgconv.HostMemoryException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.SizeProperty;
import org.sgconv.bindings.process.HeldBytes;

/**
 * Counts the host's memory outside the Java heap that tensors, plans, spectra and the temporary
 * tables of native code hold in this process, and refuses what the machine cannot hold. An
 * operating system that overcommits would hand out the address space and end the process when the
 * pages are first written; the JVM puts no bound on native memory either. The count is one for the
 * process, whatever number of class loaders has loaded this library, and does not forget what a
 * class loader that is gone has left open.
 */
public final class HostMemory {

  /**
   * Most bytes that are held at a time, such as {@code 2g}. Without this property, the memory of
   * the machine, or of the container if that is less, but for the greatest Java heap and an eighth,
   * at most 256 MiB, for the rest of the JVM; a quarter of it at least.
   */
  public static final String PROPERTY = "sgconv.host.memory";

  /** Below this total, asking the operating system is not worth its time. */
  private static final long UNCHECKED = 64L << 20;

  /** The last value of the property and what it means. */
  private static volatile @Nullable Setting setting;

  private record Setting(String text, long bytes) {}

  /** What the machine has, asked for once. */
  private static final class Machine {
    static final long PHYSICAL =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    static final long HEAP = Runtime.getRuntime().maxMemory();
    static final long REST_OF_JVM = Math.min(256L << 20, PHYSICAL / 8);
    static final long FREE_TO_USE = Math.max(PHYSICAL - HEAP - REST_OF_JVM, PHYSICAL / 4);

    static String account() {
      return "of "
          + PHYSICAL
          + " bytes of this machine or container, with up to "
          + HEAP
          + " left to the Java heap and "
          + REST_OF_JVM
          + " to the rest of the JVM; lower -Xmx, or set -D"
          + PROPERTY
          + "=BYTES";
    }
  }

  private HostMemory() {}

  /**
   * Counts bytes as held. For backends that take memory apart from tensors: call {@link #release}
   * once it is given back, and when taking it failed.
   *
   * @param purpose what it is for; its text is made only for a refusal
   * @param bytes at least 0; Long.MAX_VALUE also for what no long holds
   * @throws HostMemoryException if all together would exceed the limit; then nothing is counted
   * @throws InvalidArgumentException if {@link #PROPERTY} is no number of bytes
   */
  public static void reserve(Object purpose, long bytes) {
    if (bytes < 0) {
      throw new InvalidArgumentException(purpose + ": " + bytes + " bytes, expected at least 0");
    }
    String property = System.getProperty(PROPERTY);
    for (long held = heldBytes(); ; held = heldBytes()) {
      boolean unchecked = property == null && bytes <= UNCHECKED - held;
      if (!unchecked && bytes > limit(property) - held) {
        throw new HostMemoryException(
            String.valueOf(purpose),
            bytes,
            held,
            limit(property),
            property == null ? Machine.account() : "by -D" + PROPERTY);
      }
      if (HeldBytes.compareAndSet(held, held + bytes)) {
        return;
      }
    }
  }

  /** Ends what {@link #reserve} counted. */
  public static void release(long bytes) {
    HeldBytes.subtract(bytes);
  }

  /** Bytes that are held now, through whichever class loader. */
  public static long heldBytes() {
    return HeldBytes.get();
  }

  /**
   * Most bytes that may be held at a time.
   *
   * @throws InvalidArgumentException if {@link #PROPERTY} is no number of bytes
   */
  public static long limit() {
    return limit(System.getProperty(PROPERTY));
  }

  private static long limit(@Nullable String property) {
    if (property == null) {
      return Machine.FREE_TO_USE;
    }
    Setting known = setting;
    if (known == null || !Objects.equals(known.text, property)) {
      String absent = "what the machine or container has beyond the Java heap";
      known = new Setting(property, SizeProperty.parse(PROPERTY, property, "bytes", 0, absent));
      setting = known;
    }
    return known.bytes;
  }
}
