package org.sgconv.bindings;

/** The host has no page-locked memory left; everything stays usable. */
public final class NoPinnedMemoryException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Bytes that were asked for. */
  private final long bytes;

  NoPinnedMemoryException(long bytes, CudaErrorException cause) {
    super(cause.getMessage(), cause);
    this.bytes = bytes;
  }

  /** Bytes that were asked for. */
  public long bytes() {
    return bytes;
  }
}
