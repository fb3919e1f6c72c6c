package org.sgconv.benchmarks.measure;

import org.jspecify.annotations.Nullable;

/** A contender gave no time, or none can in this case, and why. */
public final class ContenderFailedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String reason;

  /** The reason becomes part of the results. */
  public ContenderFailedException(String reason, @Nullable Throwable cause) {
    super(reason, cause);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }
}
