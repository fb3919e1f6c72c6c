package org.sgconv.bindings.load;

import org.jspecify.annotations.Nullable;

/** One place where a library was looked for, why it failed there, and what would mend it. */
final class LoadAttemptException extends Exception {

  private static final long serialVersionUID = 1L;

  private final LoadFailure failure;
  private final String remedy;

  LoadAttemptException(LoadFailure failure, String reason, String remedy) {
    this(failure, reason, remedy, null);
  }

  LoadAttemptException(
      LoadFailure failure, String reason, String remedy, @Nullable Throwable cause) {
    super(reason, cause);
    this.failure = failure;
    this.remedy = remedy;
  }

  /** The same failure where the user had said what to use. */
  LoadAttemptException ofSetting(String setting) {
    String reason = String.valueOf(getMessage());
    return new LoadAttemptException(
        LoadFailure.SETTING,
        reason.startsWith(setting) ? reason : setting + ": " + reason,
        remedy,
        getCause());
  }

  LoadFailure failure() {
    return failure;
  }

  String remedy() {
    return remedy;
  }
}
