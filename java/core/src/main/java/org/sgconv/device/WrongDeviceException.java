package org.sgconv.device;

import org.sgconv.SgConvException;

/**
 * A tensor is on the host, on another device or on another stream than the call works on.
 *
 * @since 0.1.0
 */
public final class WrongDeviceException extends SgConvException {

  private static final long serialVersionUID = 1L;

  /** The message says where it is, where it should be, and how to copy it. */
  public WrongDeviceException(String message) {
    super(message);
  }
}
