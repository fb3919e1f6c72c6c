package org.sgconv.internal.cuda;

import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidArgumentException;

/** System properties that limit bytes. */
final class ByteLimit {

  /**
   * Most bytes of one stream's workspace. While it grows, and as long as recordings may use the old
   * one, the stream holds both.
   */
  static final String WORKSPACE = "sgconv.cuda.workspace";

  /** Most bytes that this process holds on one device. */
  static final String MEMORY = "sgconv.cuda.memory";

  static final long DEFAULT_WORKSPACE = 256L << 20;

  private ByteLimit() {}

  /**
   * Most bytes of one stream's workspace.
   *
   * @throws InvalidArgumentException if the property is no number of bytes above 0
   */
  static long workspace() {
    return parse(WORKSPACE, System.getProperty(WORKSPACE), DEFAULT_WORKSPACE);
  }

  /**
   * The value of a property, or {@code absent} without it.
   *
   * @throws InvalidArgumentException if it is no number of bytes above 0
   */
  static long parse(String property, @Nullable String value, long absent) {
    if (value == null) {
      return absent;
    }
    try {
      long bytes = Long.parseLong(value.strip());
      if (bytes > 0) {
        return bytes;
      }
    } catch (NumberFormatException e) {
      throw new InvalidArgumentException(message(property, value), e);
    }
    throw new InvalidArgumentException(message(property, value));
  }

  private static String message(String property, String value) {
    return "-D%s=%s: expected a number of bytes above 0, or no such property for %s"
        .formatted(
            property, value, property.equals(WORKSPACE) ? "256 MiB" : "all memory of the device");
  }
}
