package org.sgconv.cli.signal;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.sgconv.InvalidFileException;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** A file, open, of little-endian float32 values and nothing else. */
final class RawFloats implements Closeable {

  private static final ValueLayout.OfFloat LITTLE_ENDIAN =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int BLOCK_BYTES = 1 << 20;

  private final Path file;
  private final FileChannel channel;
  private final long count;

  private RawFloats(Path file, FileChannel channel, long count) {
    this.file = file;
    this.channel = channel;
    this.count = count;
  }

  /**
   * Opens a file; the caller closes it.
   *
   * @throws InvalidFileException if the file holds a part of a value
   */
  static RawFloats open(Path file) throws IOException {
    try (Closer opened = Closer.onFailure()) {
      FileChannel channel = opened.add(FileChannel.open(file, StandardOpenOption.READ));
      long bytes = channel.size();
      if (bytes % Float.BYTES != 0) {
        throw new InvalidFileException(
            file, bytes + " bytes: expected a whole number of float32 values of 4 bytes");
      }
      RawFloats values = new RawFloats(file, channel, bytes / Float.BYTES);
      opened.keep();
      return values;
    }
  }

  /** How many values there are. */
  long count() {
    return count;
  }

  /** All values as a tensor (L); the caller closes it. */
  Tensor read() throws IOException {
    try (Closer made = Closer.onFailure()) {
      Tensor values = made.add(Tensor.uninitialized(DType.FLOAT32, count));
      fill(values);
      made.keep();
      return values;
    }
  }

  private void fill(Tensor values) throws IOException {
    copy(0, count, values.segment());
  }

  /** Some of the values, from the start of {@code into} on. */
  void read(long from, int some, float[] into) throws IOException {
    copy(from, some, MemorySegment.ofArray(into));
  }

  /** Reads rather than maps: a mapped file that becomes shorter ends the process. */
  private void copy(long from, long values, MemorySegment into) throws IOException {
    ByteBuffer block =
        ByteBuffer.allocate((int) Math.min(BLOCK_BYTES, Math.max(1, values) * Float.BYTES));
    channel.position(from * Float.BYTES);
    for (long done = 0; done < values; ) {
      int some = (int) Math.min(block.capacity() / Float.BYTES, values - done);
      block.clear().limit(some * Float.BYTES);
      while (block.hasRemaining()) {
        if (channel.read(block) < 0) {
          throw new InvalidFileException(file, "the file became shorter while it was read");
        }
      }
      MemorySegment.copy(
          MemorySegment.ofArray(block.array()),
          LITTLE_ENDIAN,
          0,
          into,
          ValueLayout.JAVA_FLOAT_UNALIGNED,
          done * Float.BYTES,
          some);
      done += some;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
