package org.sgconv.internal.boundary;

import org.sgconv.BackendFailureException;
import org.sgconv.ClosedException;
import org.sgconv.HostMemoryException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.InvalidSettingException;
import org.sgconv.SgConvException;
import org.sgconv.bindings.NativeStatusException;
import org.sgconv.bindings.load.NativeLibraryException;

/** The library's exceptions for failures of the bindings. */
public final class NativeFailures {

  private NativeFailures() {}

  /**
   * What the caller throws instead of {@code failure}.
   *
   * @param backend name of the backend whose call failed
   * @param purpose what was being done, for the message
   */
  public static RuntimeException translate(
      String backend, String purpose, RuntimeException failure) {
    return switch (failure) {
      case SgConvException known -> known;
      case NativeStatusException status -> translate(backend, purpose, status);
      case NativeLibraryException library ->
          new BackendFailureException(backend, String.valueOf(library.getMessage()), library);
      case IllegalArgumentException invalid ->
          new InvalidArgumentException(purpose + ": " + invalid.getMessage(), invalid);
      // A handle or, between check and call, a tensor's memory that another thread has closed.
      case IllegalStateException closed -> closed(purpose, closed);
      default -> failure;
    };
  }

  /**
   * Why a backend whose start failed is not available.
   *
   * @return {@link InvalidSettingException} if a setting cannot be met, {@link SgConvException} of
   *     another kind if the backend is there and cannot be used, and any other exception if it is
   *     not there
   */
  public static RuntimeException unavailable(String backend, RuntimeException failure) {
    if (failure instanceof NativeLibraryException library) {
      String reason = String.valueOf(library.getMessage());
      return switch (library.failure()) {
        case LEFT_OUT, ABSENT -> library;
        case SETTING -> new InvalidSettingException(reason, library);
        case UNUSABLE, FOLDER, PASSING -> new BackendFailureException(backend, reason, library);
      };
    }
    return failure instanceof NativeStatusException
        ? translate(backend, "starting", failure)
        : failure;
  }

  private static ClosedException closed(String purpose, IllegalStateException failure) {
    ClosedException closed = new ClosedException(purpose + ": " + failure.getMessage());
    closed.initCause(failure);
    return closed;
  }

  private static SgConvException translate(
      String backend, String purpose, NativeStatusException failure) {
    String text = purpose + ": " + failure.getMessage();
    return switch (failure.status()) {
      case INVALID_ARGUMENT -> new InvalidArgumentException(text, failure);
      case OUT_OF_MEMORY -> new HostMemoryException(purpose, failure);
      case UNSUPPORTED, INTERNAL, DEVICE -> new BackendFailureException(backend, text, failure);
    };
  }
}
