package org.sgconv.tensor;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sgconv.HostMemoryException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.bindings.process.BlockPool;
import org.sgconv.bindings.process.HeldBytes;
import org.sgconv.setting.SizeProperty;

/**
 * Counts the host's memory outside the Java heap that tensors, plans, spectra and the temporary
 * tables of native code hold in this process, and refuses what the machine cannot hold. An
 * operating system that overcommits would hand out the address space and end the process when the
 * pages are first written; the JVM puts no bound on native memory either. The count is one for the
 * process, whatever number of class loaders has loaded this library, and does not forget what a
 * class loader that is gone has left open.
 *
 * <p>Memory of tensors that were closed is kept for the next ones, up to {@link #POOL_PROPERTY}:
 * its pages need not be faulted in anew. It counts against the limit, is given back to the
 * operating system before anything is refused, and is not among {@link #heldBytes()} but among
 * {@link #spareBytes()}.
 *
 * @since 0.1.0
 */
public final class HostMemory {

  /**
   * Most bytes that are held at a time, such as {@code 2g}. Without this property, the memory of
   * the machine, or of the container if that is less, but for the greatest Java heap and an eighth,
   * at most 256 MiB, for the rest of the JVM; a quarter of it at least.
   */
  public static final String PROPERTY = "sgconv.host.memory";

  /**
   * Most bytes that are kept for tensors to come, such as {@code 256m}; 0 keeps none. Without this
   * property an eighth of {@link #limit()}.
   */
  public static final String POOL_PROPERTY = "sgconv.host.pool";

  /** Below this total, asking the operating system is not worth its time. */
  private static final long UNCHECKED = 64L << 20;

  /** The last value of the property and what it means. */
  private static volatile @Nullable Setting setting;

  private record Setting(String text, long bytes) {}

  /** What the machine has, asked for once. */
  private static final class Physical {
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
   * Counts bytes as held, for memory that is taken beside tensors: call {@link #release} once it is
   * given back, and when taking it failed.
   *
   * @param purpose what it is for; its text is made only for a refusal
   * @param bytes at least 0; Long.MAX_VALUE also for what no long holds
   * @throws HostMemoryException if all together would exceed the limit; then nothing is counted
   * @throws org.sgconv.InvalidSettingException if {@link #PROPERTY} is no number of bytes
   */
  public static void reserve(Object purpose, long bytes) {
    if (bytes < 0) {
      throw new InvalidArgumentException(purpose + ": " + bytes + " bytes, expected at least 0");
    }
    String property = System.getProperty(PROPERTY);
    for (long held = HeldBytes.get(); ; held = HeldBytes.get()) {
      boolean unchecked = property == null && bytes <= UNCHECKED - held;
      if (!unchecked && bytes > limit(property) - held) {
        if (spareBytes() > 0) {
          trim();
          held = HeldBytes.get();
        }
        if (bytes <= limit(property) - held) {
          continue;
        }
        throw new HostMemoryException(
            String.valueOf(purpose),
            bytes,
            held,
            limit(property),
            property == null ? Physical.account() : "by -D" + PROPERTY);
      }
      if (HeldBytes.compareAndSet(held, held + bytes)) {
        return;
      }
    }
  }

  /**
   * Ends what {@link #reserve} counted.
   *
   * @throws InvalidArgumentException if it is below 0, or more than is held
   */
  public static void release(long bytes) {
    long held = HeldBytes.get();
    if (bytes < 0 || bytes > held) {
      throw new InvalidArgumentException(
          "gives back " + bytes + " bytes of host memory: must be from 0 to the " + held + " held");
    }
    HeldBytes.subtract(bytes);
  }

  /**
   * Bytes that are held now, through whichever class loader; what other class loaders than this one
   * keep for tensors to come is among them.
   */
  public static long heldBytes() {
    // Two numbers that change apart: for a moment they need not belong together.
    return Math.max(0, HeldBytes.get() - BlockPool.spareBytes());
  }

  /**
   * Sets most bytes that may be held at a time, for the whole process, as {@link #PROPERTY} does.
   * What is held beyond that stays; what the pool then keeps too much is given back.
   *
   * @throws InvalidArgumentException if it is not above 0
   */
  public static void setLimit(long bytes) {
    if (bytes <= 0) {
      throw new InvalidArgumentException("the limit of host memory is " + bytes + ": must be > 0");
    }
    System.setProperty(PROPERTY, Long.toString(bytes));
    BlockPool.keepAtMost(mostSpare());
  }

  /** Bytes that this class loader keeps for tensors to come. */
  public static long spareBytes() {
    return BlockPool.spareBytes();
  }

  /** Gives what is kept for tensors to come back to the operating system. */
  public static void trim() {
    BlockPool.trim(0);
  }

  /**
   * Most bytes that are kept for tensors to come.
   *
   * @throws org.sgconv.InvalidSettingException if {@link #POOL_PROPERTY} is no number of bytes
   */
  static long mostSpare() {
    String property = System.getProperty(POOL_PROPERTY);
    if (property == null) {
      return limit() / 8;
    }
    return property.strip().equals("0")
        ? 0
        : SizeProperty.parse(POOL_PROPERTY, property, "bytes", 0, "an eighth of the limit");
  }

  /**
   * Most bytes that may be held at a time.
   *
   * @throws org.sgconv.InvalidSettingException if {@link #PROPERTY} is no number of bytes
   */
  public static long limit() {
    return limit(System.getProperty(PROPERTY));
  }

  private static long limit(@Nullable String property) {
    if (property == null) {
      return Physical.FREE_TO_USE;
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
