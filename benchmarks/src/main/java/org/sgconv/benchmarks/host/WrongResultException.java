package org.sgconv.benchmarks.host;

/** A library's result is not the reference's, so its time means nothing. */
public final class WrongResultException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  WrongResultException(String message) {
    super(message);
  }
}
