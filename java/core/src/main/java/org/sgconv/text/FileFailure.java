package org.sgconv.text;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.jspecify.annotations.Nullable;

/** What went wrong with a file, in words: many exceptions of the JDK hold its name and no more. */
public final class FileFailure {

  private FileFailure() {}

  /** The reason without the file's name. */
  public static String reason(IOException failure) {
    return switch (failure) {
      case AccessDeniedException denied -> "permission denied";
      case NoSuchFileException missing -> "does not exist";
      case FileAlreadyExistsException there -> "is there already, and is not what is needed";
      case NotDirectoryException file -> "is no folder";
      case DirectoryNotEmptyException folder -> "is a folder that is not empty";
      case FileSystemLoopException loop -> "its symbolic links go in a circle";
      case FileSystemException other -> orName(other.getReason(), other);
      default -> orName(failure.getMessage(), failure);
    };
  }

  /** The file's name, if the exception has one, and the reason. */
  public static String describe(IOException failure) {
    return failure instanceof FileSystemException other && other.getFile() != null
        ? PrintableText.escape(other.getFile()) + ": " + reason(failure)
        : reason(failure);
  }

  private static String orName(@Nullable String text, IOException failure) {
    return text == null ? failure.getClass().getSimpleName() : text;
  }
}
