package org.sgconv;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.sgconv.text.PrintableText;

/**
 * A file cannot be read or written, or what it holds is not what it should be.
 *
 * @since 0.1.0
 */
public final class InvalidFileException extends SgConvException {

  private static final long serialVersionUID = 1L;

  /** {@link Path} is not serializable; what replaces it then is its text. */
  private final transient @Nullable Path path;

  private final String text;

  /**
   * Names the file and the reason.
   *
   * @param reason what was found, what was expected and what to do
   */
  public InvalidFileException(Path path, String reason) {
    super(PrintableText.escape(path.toString()) + ": " + reason);
    this.path = path;
    this.text = path.toString();
  }

  /** As {@link #InvalidFileException(Path, String)}, with the failure behind it. */
  public InvalidFileException(Path path, String reason, Throwable cause) {
    super(PrintableText.escape(path.toString()) + ": " + reason, cause);
    this.path = path;
    this.text = path.toString();
  }

  /**
   * The file. Of an exception that was serialized, what its name says on this machine.
   *
   * @throws java.nio.file.InvalidPathException if that name cannot be a file's here
   */
  public Path path() {
    // Not always the text: where the locale's encoding has no name for the file, that is mangled.
    return path == null ? Path.of(text) : path;
  }
}
