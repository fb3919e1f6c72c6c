package org.sgconv;

/**
 * Memory could not be read or written although it is mapped: the file behind it has become shorter,
 * or its disk failed. What was to be computed is not; nothing of the library is lost.
 *
 * <p>This is what becomes of such a fault in Java code. In native code, where the cpu backend
 * computes and the cuda backend copies from, the operating system ends the process (SIGBUS).
 *
 * @since 0.1.0
 */
public final class MemoryFaultException extends SgConvException {

  private static final long serialVersionUID = 1L;

  /**
   * Names what the memory is.
   *
   * @param what such as {@code "FLOAT32 (8, 1000)"}
   * @param fault what the JVM reported
   */
  public MemoryFaultException(String what, Throwable fault) {
    super(
        "the memory of "
            + what
            + " could not be read or written: the mapped file behind it has become shorter, or its"
            + " disk failed; copy a file into a tensor before anyone may change it",
        fault);
  }
}
