package org.sgconv.bindings;

/** A call into a native library failed; the message ends with the library's own text. */
public final class NativeStatusException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final NativeStatus status;

  /** Without the function and the status. */
  private final String text;

  NativeStatusException(String function, NativeStatus status, int code, String text) {
    super("%s: %s (status %d): %s".formatted(function, status, code, text));
    this.status = status;
    this.text = text;
  }

  /** The library's own text. */
  public String text() {
    return text;
  }

  /** What kind of failure it is. */
  public NativeStatus status() {
    return status;
  }
}
