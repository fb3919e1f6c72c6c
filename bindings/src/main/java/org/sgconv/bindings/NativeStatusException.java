package org.sgconv.bindings;

import java.util.Locale;

/** A call into a native library failed; the message ends with the library's own text. */
public final class NativeStatusException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final NativeStatus status;

  /** Without the function and the status. */
  private final String text;

  NativeStatusException(String function, NativeStatus status, int code, String text) {
    super(String.format(Locale.ROOT, "%s: %s (status %d): %s", function, status, code, text));
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
