package org.sgconv;

/**
 * The host has no memory for what was asked; nothing was changed and everything stays usable.
 *
 * @since 0.1.0
 */
public final class HostMemoryException extends SgConvException {

  private static final long serialVersionUID = 1L;

  private static final String REMEDY =
      "; close tensors that are no longer needed or work on smaller batches or shorter signals";

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

  /**
   * All together would exceed the limit: nothing was asked of the operating system.
   *
   * @param held bytes that this process holds already
   * @param limit most bytes that it may hold
   * @param account where that limit comes from and how to change it, for the message
   */
  public HostMemoryException(String purpose, long bytes, long held, long limit, String account) {
    super(
        "no host memory for "
            + purpose
            + ": it needs "
            + (bytes == Long.MAX_VALUE ? "more than 2^63" : bytes)
            + " bytes, tensors, plans and spectra hold "
            + held
            + " already, and "
            + limit
            + " are allowed in all ("
            + account
            + ")"
            + REMEDY);
    this.bytes = bytes;
  }

  /**
   * Native code ran out of memory and did not say how much it asked for.
   *
   * @param purpose what could not be allocated
   */
  public HostMemoryException(String purpose, Throwable cause) {
    super("no host memory for " + purpose + ": " + cause.getMessage() + REMEDY, cause);
    this.bytes = 0;
  }

  /** Bytes that were asked for, or 0 if that is not known. */
  public long bytes() {
    return bytes;
  }

  private static String text(String purpose, long bytes) {
    return "no host memory for " + purpose + ": " + bytes + " bytes" + REMEDY;
  }
}
