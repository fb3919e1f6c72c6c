package org.sgconv.cli.audio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.sgconv.InvalidFileException;

/**
 * Little-endian numbers anywhere in a file, read through one buffer: a walk over millions of tiny
 * chunks asks the system a few hundred times.
 */
final class FileWindow {

  private static final int BYTES = 1 << 16;

  private final FileChannel channel;
  private final Path path;
  private final long size;
  private final ByteBuffer window =
      ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN).limit(0);
  private long start;

  FileWindow(FileChannel channel, Path path) throws IOException {
    this.channel = channel;
    this.path = path;
    this.size = channel.size();
  }

  Path path() {
    return path;
  }

  /** Bytes of the file when it was opened. */
  long size() {
    return size;
  }

  /** Whether {@code count} bytes lie at {@code position}. */
  boolean has(long position, int count) {
    return position <= size - count;
  }

  /** The byte at a position, 0 to 255. */
  int byteAt(long position) throws IOException {
    return window.get(index(position, 1)) & 0xFF;
  }

  /** Two bytes, 0 to 65535. */
  int shortAt(long position) throws IOException {
    return Short.toUnsignedInt(window.getShort(index(position, Short.BYTES)));
  }

  /** Four bytes as they are. */
  int intAt(long position) throws IOException {
    return window.getInt(index(position, Integer.BYTES));
  }

  /** Four bytes, 0 to 2^32 - 1. */
  long unsignedAt(long position) throws IOException {
    return Integer.toUnsignedLong(intAt(position));
  }

  /** Eight bytes as they are. */
  long longAt(long position) throws IOException {
    return window.getLong(index(position, Long.BYTES));
  }

  private int index(long position, int count) throws IOException {
    if (position < start || position + count > start + window.limit()) {
      window.clear();
      start = position;
      while (window.hasRemaining()) {
        if (channel.read(window, start + window.position()) < 0) {
          break;
        }
      }
      window.flip();
      if (window.limit() < count) {
        throw new InvalidFileException(path, "the file became shorter while it was read");
      }
    }
    return (int) (position - start);
  }
}
