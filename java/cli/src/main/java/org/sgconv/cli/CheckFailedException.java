package org.sgconv.cli;

/** A result is not what it should be; the message says which and what to look at. */
final class CheckFailedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  CheckFailedException(String message) {
    super(message);
  }
}
