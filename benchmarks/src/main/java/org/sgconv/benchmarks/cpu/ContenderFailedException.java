package org.sgconv.benchmarks.cpu;

/** A contender gave no time, and why. */
final class ContenderFailedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  ContenderFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
