package org.sgconv;

import java.nio.file.Path;

/** A file cannot be read or written, or what it holds is not what it should be. */
public final class InvalidFileException extends SgConvException {

  private static final long serialVersionUID = 1L;

  /** The path as text: {@link Path} is not serializable. */
  private final String path;

  /**
   * Names the file and the reason.
   *
   * @param reason what was found, what was expected and what to do
   */
  public InvalidFileException(Path path, String reason) {
    super(path + ": " + reason);
    this.path = path.toString();
  }

  /** As {@link #InvalidFileException(Path, String)}, with the failure behind it. */
  public InvalidFileException(Path path, String reason, Throwable cause) {
    super(path + ": " + reason, cause);
    this.path = path.toString();
  }

  /** The file. */
  public Path path() {
    return Path.of(path);
  }
}
