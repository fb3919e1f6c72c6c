package org.sgconv.bindings;

/** A memory segment that a native function must not be given; the call was not made. */
public final class InvalidSegmentException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  InvalidSegmentException(String function, String name, String problem) {
    super(function + ": " + name + " " + problem);
  }
}
