package org.sgconv.signal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Files of float32 samples, and what a folder has of them. */
final class FloatFiles {

  private FloatFiles() {}

  /** Returns the path. */
  static Path write(Path path, float[] values) throws IOException {
    return Files.write(path, MemorySegment.ofArray(values).toArray(ValueLayout.JAVA_BYTE));
  }

  static float[] read(Path path) throws IOException {
    return MemorySegment.ofArray(Files.readAllBytes(path))
        .toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
  }

  static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(path -> path.getFileName().toString()).toList();
    }
  }
}
