/** A step failed; the message is what the user reads. */
final class BuildFailedException extends Exception {

  private static final long serialVersionUID = 1L;

  BuildFailedException(String message) {
    super(message);
  }
}
