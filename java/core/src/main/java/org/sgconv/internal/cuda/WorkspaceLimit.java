package org.sgconv.internal.cuda;

import java.util.Locale;
import org.sgconv.InvalidSettingException;
import org.sgconv.device.DeviceMemoryException;
import org.sgconv.setting.SizeProperty;

/**
 * Most bytes of one stream's workspace. While it grows, and as long as recordings may use the old
 * one, the stream holds both.
 *
 * @param given whether the user said so: then it holds for one row too, which otherwise always fits
 */
record WorkspaceLimit(long bytes, boolean given) {

  static final String PROPERTY = "sgconv.cuda.workspace";

  static final long DEFAULT_BYTES = 256L << 20;

  /**
   * What the property says, and without it the default.
   *
   * @throws InvalidSettingException if it is no number of bytes above 0
   */
  static WorkspaceLimit current() {
    String value = System.getProperty(PROPERTY);
    return new WorkspaceLimit(
        SizeProperty.parse(
            PROPERTY, value, "bytes", DEFAULT_BYTES, "256 MiB, or what one row takes"),
        value != null);
  }

  /**
   * Returns normally unless a limit that was given does not allow for what a call needs at least, a
   * row at a time.
   *
   * @throws DeviceMemoryException otherwise
   */
  void require(long needed) {
    if (given && needed > bytes) {
      throw exceeded(needed);
    }
  }

  /** The exception for a row that needs more. */
  DeviceMemoryException exceeded(long needed) {
    return new DeviceMemoryException(
        String.format(
            Locale.ROOT,
            "a workspace for one row takes %d bytes, the limit is %d: set -D%s higher",
            needed,
            bytes,
            PROPERTY));
  }
}
