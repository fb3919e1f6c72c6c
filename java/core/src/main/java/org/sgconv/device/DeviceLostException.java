package org.sgconv.device;

import org.sgconv.SgConvException;

/**
 * An error on a device ended all use of it by this process: start a new one.
 *
 * @since 0.1.0
 */
public final class DeviceLostException extends SgConvException {

  private static final long serialVersionUID = 1L;

  /** The message has the device's words. */
  public DeviceLostException(String message, Throwable cause) {
    super(message, cause);
  }
}
