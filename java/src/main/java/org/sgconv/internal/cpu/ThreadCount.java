package org.sgconv.internal.cpu;

import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidArgumentException;

/** How many threads the CPU backend computes with. */
final class ThreadCount {

  static final String PROPERTY = "sgconv.cpu.threads";

  private static final int ALL_PROCESSORS = 0;
  private static final int MOST = 1024;

  private ThreadCount() {}

  /**
   * The value of {@code -Dsgconv.cpu.threads}, or all processors without one.
   *
   * @throws InvalidArgumentException if it is no number from 1 to 1024
   */
  static int parse(@Nullable String value) {
    if (value == null) {
      return ALL_PROCESSORS;
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

  private static InvalidArgumentException invalid(String value, @Nullable Throwable cause) {
    String message =
        "-D%s=%s: expected a number of threads from 1 to %d, or no such property for all processors"
            .formatted(PROPERTY, value, MOST);
    return cause == null
        ? new InvalidArgumentException(message)
        : new InvalidArgumentException(message, cause);
  }
}
