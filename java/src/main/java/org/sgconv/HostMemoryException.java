package org.sgconv;

/** The host has no memory for what was asked; nothing was changed and everything stays usable. */
public final class HostMemoryException extends SgConvException {

  private static final long serialVersionUID = 1L;

  /** Bytes that were asked for. */
  private final long bytes;

  /**
   * Names what the memory was for and how much of it.
   *
   * @param purpose what could not be allocated, such as {@code "tensor FLOAT32 (8, 64, 1000000)"}
   * @param bytes bytes that were asked for
   */
  public HostMemoryException(String purpose, long bytes, Throwable cause) {
    super(text(purpose, bytes) + "; " + cause.getMessage(), cause);
    this.bytes = bytes;
  }

  /** As {@link #HostMemoryException(String, long, Throwable)}, without a further cause. */
  public HostMemoryException(String purpose, long bytes) {
    super(text(purpose, bytes));
    this.bytes = bytes;
  }

  /** Bytes that were asked for. */
  public long bytes() {
    return bytes;
  }

  private static String text(String purpose, long bytes) {
    return "no host memory for "
        + purpose
        + ": "
        + bytes
        + " bytes; close tensors that are no longer needed or work on smaller batches";
  }
}
