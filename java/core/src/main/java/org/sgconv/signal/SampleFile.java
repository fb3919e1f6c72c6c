package org.sgconv.signal;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.sgconv.InvalidFileException;
import org.sgconv.tensor.DType;
import org.sgconv.text.FileFailure;

/**
 * A file of nothing but samples of one row, in this machine's byte order. It is read and not
 * mapped: a file that becomes shorter meanwhile is an exception and not the end of the process.
 *
 * @since 0.1.0
 */
public final class SampleFile implements SampleSource, AutoCloseable {

  private static final int PIECE_BYTES = 1 << 18;

  private final Path path;
  private final DType type;
  private final RandomAccessFile file; // a channel would close itself if its thread is interrupted
  private final long length;

  private SampleFile(Path path, DType type, RandomAccessFile file, long length) {
    this.path = path;
    this.type = type;
    this.file = file;
    this.length = length;
  }

  /**
   * Opens a file.
   *
   * @param type of the samples: FLOAT32 or FLOAT64
   * @throws InvalidFileException if it is not there or a folder, cannot be read, is empty, its size
   *     is no multiple of a sample's, or it is within an archive
   * @throws org.sgconv.TypeMismatchException if the type is of 16 bits
   */
  public static SampleFile open(Path path, DType type) {
    Samples.requireType("a file of samples", type);
    if (!path.getFileSystem().equals(FileSystems.getDefault())) {
      throw new InvalidFileException(
          path, "is within an archive or another file system: copy it out of there first");
    }
    if (Files.isDirectory(path)) {
      throw new InvalidFileException(path, "is a folder, expected a file of " + type + " samples");
    }
    try {
      long bytes = Files.size(path);
      if (bytes == 0 || bytes % type.byteSize() != 0) {
        throw new InvalidFileException(
            path,
            "has "
                + bytes
                + " bytes, expected a multiple of "
                + type.byteSize()
                + " above 0: nothing but samples, "
                + type);
      }
      return new SampleFile(
          path, type, new RandomAccessFile(path.toFile(), "r"), bytes / type.byteSize());
    } catch (IOException e) {
      throw new InvalidFileException(path, "cannot be read: " + FileFailure.reason(e), e);
    }
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public DType type() {
    return type;
  }

  /**
   * {@inheritDoc}
   *
   * @throws InvalidFileException if the file has become shorter, or the disk fails
   */
  @Override
  public synchronized void read(long from, List<MemorySegment> rows) {
    MemorySegment into = rows.getFirst();
    byte[] piece = new byte[(int) Math.min(PIECE_BYTES, into.byteSize())];
    try {
      file.seek(from * type.byteSize());
      for (long done = 0; done < into.byteSize(); done += piece.length) {
        int bytes = (int) Math.min(piece.length, into.byteSize() - done);
        file.readFully(piece, 0, bytes);
        MemorySegment.copy(MemorySegment.ofArray(piece), 0, into, done, bytes);
      }
    } catch (EOFException e) {
      throw new InvalidFileException(
          path,
          "cannot be read from sample "
              + from
              + " on: it has become shorter than "
              + length
              + " samples since it was opened: is what writes it done?",
          e);
    } catch (IOException e) {
      throw new InvalidFileException(
          path, "cannot be read from sample " + from + " on: " + FileFailure.reason(e), e);
    }
  }

  /** A sink that writes one row to a stream, as such a file has it. */
  static SampleSink to(OutputStream out) {
    return (at, rows) -> {
      MemorySegment from = rows.getFirst();
      byte[] piece = new byte[(int) Math.min(PIECE_BYTES, from.byteSize())];
      for (long done = 0; done < from.byteSize(); done += piece.length) {
        int bytes = (int) Math.min(piece.length, from.byteSize() - done);
        MemorySegment.copy(from, done, MemorySegment.ofArray(piece), 0, bytes);
        out.write(piece, 0, bytes);
      }
    };
  }

  /** Closes the file. Closing it again does nothing. */
  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new InvalidFileException(path, "cannot be closed: " + FileFailure.reason(e), e);
    }
  }

  @Override
  public String toString() {
    return "SampleFile[" + path + ", " + length + " of " + type + "]";
  }
}
