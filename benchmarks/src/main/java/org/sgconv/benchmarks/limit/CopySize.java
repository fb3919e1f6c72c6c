package org.sgconv.benchmarks.limit;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How much a copy moves so that it measures memory and not a cache: a source of twice the largest
 * cache, at least {@link #LEAST}, and with its target at most a quarter of the machine's memory.
 */
final class CopySize {

  static final long LEAST = 256L << 20;

  private static final Path CACHES = Path.of("/sys/devices/system/cpu/cpu0/cache");
  private static final int PARTS_OF_MEMORY = 4;

  private CopySize() {}

  /** Bytes of the source on this machine, over all threads. */
  static long here() {
    long memory =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    return of(largestCache(CACHES), memory);
  }

  static long of(long largestCache, long memory) {
    return Math.min(Math.max(LEAST, 2 * largestCache), memory / PARTS_OF_MEMORY / 2);
  }

  /** Bytes of the largest cache that Linux describes in {@code folder}; 0 where it does not. */
  static long largestCache(Path folder) {
    long largest = 0;
    try (DirectoryStream<Path> caches = Files.newDirectoryStream(folder, "index*")) {
      for (Path cache : caches) {
        largest = Math.max(largest, kibibytes(Files.readString(cache.resolve("size")).strip()));
      }
    } catch (IOException notDescribed) {
      return largest;
    }
    return largest;
  }

  /** Linux writes "491520K". */
  private static long kibibytes(String size) {
    return size.matches("\\d{1,12}K")
        ? Long.parseLong(size.substring(0, size.length() - 1)) << 10
        : 0;
  }
}
