package org.sgconv.benchmarks.signal;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.sgconv.InvalidFileException;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Files of little-endian float32 values and nothing else. */
final class RawFloats {

  private static final ValueLayout.OfFloat LITTLE_ENDIAN =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private RawFloats() {}

  /**
   * All values as a tensor (L); the caller closes it.
   *
   * @throws InvalidFileException if the file is empty or holds a part of a value
   */
  static Tensor read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new InvalidFileException(file, "not a regular file");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        Arena arena = Arena.ofConfined()) {
      long bytes = channel.size();
      if (bytes == 0 || bytes % Float.BYTES != 0) {
        throw new InvalidFileException(
            file,
            bytes + " bytes: expected a whole number of float32 values of 4 bytes, at least one");
      }
      MemorySegment mapped = channel.map(MapMode.READ_ONLY, 0, bytes, arena);
      Tensor values = Tensor.zeros(DType.FLOAT32, bytes / Float.BYTES);
      MemorySegment.copy(
          mapped,
          LITTLE_ENDIAN,
          0,
          values.segment(),
          ValueLayout.JAVA_FLOAT,
          0,
          values.elementCount());
      return values;
    }
  }
}
