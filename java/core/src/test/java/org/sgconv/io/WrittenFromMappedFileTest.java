package org.sgconv.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;
import org.sgconv.MemoryFaultException;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** A tensor's memory goes away while the tensor is written. */
class WrittenFromMappedFileTest {

  @TempDir Path folder;

  /** Often, since compiled code reports such a fault later than interpreted code. */
  @RepeatedTest(50)
  void leavesNothingBehind() throws IOException {
    Path source = Files.write(folder.resolve("source"), new byte[1 << 20]);
    Path target = folder.resolve("target");
    try (Arena arena = Arena.ofShared();
        FileChannel channel =
            FileChannel.open(source, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      try (Tensor tensor = Tensor.wrap(mapped, DType.FLOAT32, 1 << 18)) {
        SafetensorsWriter writer = Safetensors.writer().add("w\n", tensor);
        channel.truncate(300_000);
        assertThatThrownBy(() -> writer.write(target))
            .isInstanceOf(MemoryFaultException.class)
            .hasMessageContaining("tensor \"w\\n\"");
      }
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(source);
    }
  }
}
