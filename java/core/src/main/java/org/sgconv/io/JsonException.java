package org.sgconv.io;

/**
 * A text is not the JSON it should be; whoever knows the file turns this into its own exception.
 */
final class JsonException extends Exception {

  private static final long serialVersionUID = 1L;

  JsonException(String message) {
    super(message);
  }
}
