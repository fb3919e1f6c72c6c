package org.sgconv.bindings.load;

import org.jspecify.annotations.Nullable;

/** One place where a library was looked for, why it failed there, and what would mend it. */
final class LoadAttemptException extends Exception {

  private static final long serialVersionUID = 1L;

  private final String remedy;

  LoadAttemptException(String reason, String remedy) {
    this(reason, remedy, null);
  }

  LoadAttemptException(String reason, String remedy, @Nullable Throwable cause) {
    super(reason, cause);
    this.remedy = remedy;
  }

  String remedy() {
    return remedy;
  }
}
