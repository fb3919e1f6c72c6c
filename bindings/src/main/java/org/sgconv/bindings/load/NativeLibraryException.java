package org.sgconv.bindings.load;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A native library cannot be used. The message is one line: the reason, then what can be done;
 * every place that was tried and failed is a suppressed exception.
 */
public final class NativeLibraryException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final LoadFailure failure;

  /** A library that was loaded but does not fit, with the failure that showed it. */
  public NativeLibraryException(String message, Throwable cause) {
    super(message, cause);
    this.failure = LoadFailure.UNUSABLE;
  }

  /** A library that was loaded but does not fit. */
  public NativeLibraryException(String message) {
    this(LoadFailure.UNUSABLE, message);
  }

  /** A library that cannot be used for a reason of this kind. */
  public NativeLibraryException(LoadFailure failure, String message) {
    super(message);
    this.failure = failure;
  }

  /** What kind of reason it is: of several attempts, the gravest. */
  public LoadFailure failure() {
    return failure;
  }

  static NativeLibraryException notLoaded(
      NativeLibrary library, List<LoadAttemptException> attempts) {
    String reasons =
        attempts.stream().map(LoadAttemptException::getMessage).collect(Collectors.joining("; "));
    List<String> remedies = attempts.stream().map(LoadAttemptException::remedy).distinct().toList();
    StringBuilder text =
        new StringBuilder(
            String.format(Locale.ROOT, "cannot load %s: %s", library.fileName(), reasons));
    text.append(". Possible solutions:");
    for (int i = 0; i < remedies.size(); i++) {
      text.append(i == 0 ? " " : "; ").append((char) ('a' + i)).append(") ");
      text.append(remedies.get(i));
    }
    LoadFailure gravest =
        attempts.stream()
            .map(LoadAttemptException::failure)
            .max(Comparator.naturalOrder())
            .orElse(LoadFailure.ABSENT);
    NativeLibraryException exception = new NativeLibraryException(gravest, text.toString());
    attempts.forEach(exception::addSuppressed);
    return exception;
  }
}
