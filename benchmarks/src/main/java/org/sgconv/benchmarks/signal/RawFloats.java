package org.sgconv.benchmarks.signal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.sgconv.InvalidFileException;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Files of little-endian float32 values and nothing else. */
final class RawFloats {

  private static final ValueLayout.OfFloat LITTLE_ENDIAN =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int BLOCK_BYTES = 1 << 20;

  private RawFloats() {}

  /**
   * All values as a tensor (L); the caller closes it.
   *
   * @throws InvalidFileException if the file holds a part of a value
   */
  static Tensor read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long bytes = channel.size();
      if (bytes % Float.BYTES != 0) {
        throw new InvalidFileException(
            file, bytes + " bytes: expected a whole number of float32 values of 4 bytes");
      }
      Tensor values = Tensor.zeros(DType.FLOAT32, bytes / Float.BYTES);
      try {
        fill(values, channel, file);
        return values;
      } catch (IOException | RuntimeException failure) {
        values.close();
        throw failure;
      }
    }
  }

  /** Reads rather than maps: a mapped file that becomes shorter ends the process. */
  private static void fill(Tensor values, FileChannel channel, Path file) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
    long done = 0;
    while (done < values.elementCount()) {
      int count = (int) Math.min(BLOCK_BYTES / Float.BYTES, values.elementCount() - done);
      block.clear().limit(count * Float.BYTES);
      while (block.hasRemaining()) {
        if (channel.read(block) < 0) {
          throw new InvalidFileException(file, "the file became shorter while it was read");
        }
      }
      MemorySegment.copy(
          MemorySegment.ofArray(block.array()),
          LITTLE_ENDIAN,
          0,
          values.segment(),
          ValueLayout.JAVA_FLOAT,
          done * Float.BYTES,
          count);
      done += count;
    }
  }
}
