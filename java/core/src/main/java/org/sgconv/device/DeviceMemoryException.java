package org.sgconv.device;

import org.sgconv.SgConvException;

/**
 * A device has no memory for what was asked; nothing was changed and everything stays usable.
 *
 * @since 0.1.0
 */
public final class DeviceMemoryException extends SgConvException {

  private static final long serialVersionUID = 1L;

  /** The message names what the memory was for and its bytes. */
  public DeviceMemoryException(String message) {
    super(message);
  }
}
