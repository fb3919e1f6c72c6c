package org.sgconv.internal.cpu;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidArgumentException;
import org.sgconv.InvalidSettingException;

/** How many threads the CPU backend computes with. */
final class ThreadCount {

  static final String PROPERTY = "sgconv.cpu.threads";

  private static final int MOST = 1024;

  private ThreadCount() {}

  /**
   * The value of {@code -Dsgconv.cpu.threads}; without one the processors that the JVM may use, by
   * the quota of its container or by {@code -XX:ActiveProcessorCount}.
   *
   * @throws InvalidSettingException if it is no number from 1 to 1024
   */
  static int parse(@Nullable String value) {
    if (value == null) {
      return Math.min(Runtime.getRuntime().availableProcessors(), MOST);
    }
    try {
      int threads = Integer.parseInt(value.strip());
      if (threads >= 1 && threads <= MOST) {
        return threads;
      }
    } catch (NumberFormatException e) {
      throw invalid(value, e);
    }
    throw invalid(value, null);
  }

  /**
   * Returns normally only if a program can have so many.
   *
   * @throws InvalidArgumentException if it is no number from 1 to 1024
   */
  static void require(int threads) {
    if (threads < 1 || threads > MOST) {
      throw new InvalidArgumentException("threads is " + threads + ": must be from 1 to " + MOST);
    }
  }

  private static InvalidSettingException invalid(String value, @Nullable Throwable cause) {
    String message =
        String.format(
            Locale.ROOT,
            "-D%s=%s: expected a number of threads from 1 to %d, or no such property for all processors",
            PROPERTY,
            value,
            MOST);
    return cause == null
        ? new InvalidSettingException(message)
        : new InvalidSettingException(message, cause);
  }
}
