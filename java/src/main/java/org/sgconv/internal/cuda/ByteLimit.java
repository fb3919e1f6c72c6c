package org.sgconv.internal.cuda;

import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidArgumentException;

/** System properties that limit bytes. */
final class ByteLimit {

  /** Most bytes that this process holds on one device. */
  static final String MEMORY = "sgconv.cuda.memory";

  private ByteLimit() {}

  /**
   * Most bytes that this process holds on a device of so many.
   *
   * @throws InvalidArgumentException if the property is no number of bytes above 0
   */
  static long memory(long total) {
    return parse(MEMORY, System.getProperty(MEMORY), total, "all memory of the device");
  }

  /**
   * The value of a property, or {@code absent} without it, which is {@code absentName}.
   *
   * @throws InvalidArgumentException if it is no number of bytes above 0
   */
  static long parse(String property, @Nullable String value, long absent, String absentName) {
    if (value == null) {
      return absent;
    }
    try {
      long bytes = Long.parseLong(value.strip());
      if (bytes > 0) {
        return bytes;
      }
    } catch (NumberFormatException e) {
      throw new InvalidArgumentException(message(property, value, absentName), e);
    }
    throw new InvalidArgumentException(message(property, value, absentName));
  }

  private static String message(String property, String value, String absentName) {
    return "-D%s=%s: expected a number of bytes above 0, or no such property for %s"
        .formatted(property, value, absentName);
  }
}
