package org.sgconv.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.TensorClosedException;
import org.sgconv.spi.TensorCheck;

/** Memory that belongs to someone else. */
class TensorWrapTest {

  @Test
  void sharesASegment() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(ValueLayout.JAVA_FLOAT, 6);
      try (Tensor tensor = Tensor.wrap(segment, DType.FLOAT32, 2, 3)) {
        segment.setAtIndex(ValueLayout.JAVA_FLOAT, 4, 2.5f);
        assertThat(tensor.get(1, 1)).isEqualTo(2.5);
        tensor.set(7, 0, 0);
      }
      assertThat(segment.getAtIndex(ValueLayout.JAVA_FLOAT, 0)).isEqualTo(7);
    }
  }

  @Test
  void ownsNothing() {
    long before = Tensor.openCount();
    try (Arena arena = Arena.ofConfined()) {
      Tensor tensor = Tensor.wrap(arena.allocate(8, 8), DType.FLOAT64, 1);
      assertThat(Tensor.openCount()).isEqualTo(before);
      tensor.close();
      assertThatThrownBy(() -> tensor.get(0)).isInstanceOf(TensorClosedException.class);
      tensor.close(); // does nothing
      assertThat(Tensor.openCount()).isEqualTo(before);
    }
  }

  @Test
  void endsWithTheArena() {
    Tensor tensor;
    try (Arena arena = Arena.ofShared()) {
      tensor = Tensor.wrap(arena.allocate(16, 8), DType.FLOAT64, 2);
      assertThat(tensor.isClosed()).isFalse();
    }
    assertThat(tensor.isClosed()).isTrue();
    assertThatThrownBy(() -> tensor.get(0))
        .isInstanceOf(TensorClosedException.class)
        .hasMessageContaining("wraps memory whose arena is closed")
        .hasMessageContaining("TensorWrapTest");
  }

  @Test
  void saysSoWhenMemoryIsConfinedToAnotherThread() {
    try (Arena arena = Arena.ofConfined();
        Tensor tensor = Tensor.wrap(arena.allocate(16, 8), DType.FLOAT64, 2)) {
      assertThatThrownBy(() -> CompletableFuture.supplyAsync(() -> tensor.get(0)).join())
          .isInstanceOf(CompletionException.class)
          .cause()
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("confined to another thread")
          .hasMessageContaining("Arena.ofShared()");
    }
  }

  @Test
  void refusesTheHeap() {
    assertThatThrownBy(() -> Tensor.wrap(MemorySegment.ofArray(new float[4]), DType.FLOAT32, 4))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("Tensor.of(...)");
    assertThatThrownBy(() -> Tensor.wrap(FloatBuffer.allocate(4), 4))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("Tensor.of(...)");
    assertThatThrownBy(() -> Tensor.wrap(DoubleBuffer.allocate(4), 4))
        .isInstanceOf(InvalidArgumentException.class);
  }

  @Test
  void refusesAnotherSize() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(20, 8);
      assertThatThrownBy(() -> Tensor.wrap(segment, DType.FLOAT64, 2))
          .isInstanceOf(ShapeMismatchException.class)
          .hasMessageContaining("has 20 bytes")
          .hasMessageContaining("exactly 16");
      assertThatThrownBy(() -> Tensor.wrap(segment, DType.FLOAT32, 6))
          .isInstanceOf(ShapeMismatchException.class);
    }
  }

  @Test
  void refusesMisalignedMemoryButTakesRowsOffTheVectorWidth() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(64, 64);
      assertThatThrownBy(() -> Tensor.wrap(segment.asSlice(2, 8), DType.FLOAT32, 2))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("not a multiple of 4");
      assertThatThrownBy(() -> Tensor.wrap(segment.asSlice(4, 8), DType.FLOAT64, 1))
          .isInstanceOf(InvalidArgumentException.class);
      try (Tensor tensor = Tensor.wrap(segment.asSlice(4, 8), DType.FLOAT32, 2)) {
        tensor.set(3, 1);
        assertThat(segment.get(ValueLayout.JAVA_FLOAT, 8)).isEqualTo(3);
      }
    }
  }

  @Test
  void sharesDirectBuffersFromPositionToLimit() {
    FloatBuffer floats =
        ByteBuffer.allocateDirect(32).order(ByteOrder.nativeOrder()).asFloatBuffer();
    floats.position(2).limit(6);
    try (Tensor tensor = Tensor.wrap(floats, 4)) {
      tensor.set(1.5, 0);
      assertThat(floats.get(2)).isEqualTo(1.5f);
    }
    DoubleBuffer doubles =
        ByteBuffer.allocateDirect(32).order(ByteOrder.nativeOrder()).asDoubleBuffer();
    try (Tensor tensor = Tensor.wrap(doubles, 2, 2)) {
      doubles.put(3, 2.5);
      assertThat(tensor.get(1, 1)).isEqualTo(2.5);
    }
  }

  @Test
  void refusesForeignByteOrder() {
    ByteOrder foreign =
        ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN
            ? ByteOrder.BIG_ENDIAN
            : ByteOrder.LITTLE_ENDIAN;
    ByteBuffer bytes = ByteBuffer.allocateDirect(32).order(foreign);
    assertThatThrownBy(() -> Tensor.wrap(bytes.asFloatBuffer(), 8))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("ByteOrder.nativeOrder()");
    assertThatThrownBy(() -> Tensor.wrap(bytes.asDoubleBuffer(), 4))
        .isInstanceOf(InvalidArgumentException.class);
  }

  @Test
  void readsAMappedFileAndNeverWritesToIt(@TempDir Path folder) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
    bytes.putFloat(1).putFloat(2).putFloat(3).putFloat(4).flip();
    Path file = Files.write(folder.resolve("values"), bytes.array());
    try (Arena arena = Arena.ofShared();
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MemorySegment mapped = channel.map(MapMode.READ_ONLY, 0, 16, arena);
      try (Tensor tensor = Tensor.wrap(mapped, DType.FLOAT32, 2, 2);
          Tensor row = tensor.slice(1)) {
        assertThat(tensor.toFloatArray()).containsExactly(1, 2, 3, 4);
        assertThat(tensor.isReadOnly()).isTrue();
        assertThat(row.isReadOnly()).isTrue();
        assertThatThrownBy(() -> tensor.set(9, 0, 0))
            .isInstanceOf(InvalidArgumentException.class)
            .hasMessageContaining("read-only");
        assertThatThrownBy(() -> row.fill(9)).isInstanceOf(InvalidArgumentException.class);
        assertThatThrownBy(() -> tensor.copyFrom(new float[4]))
            .isInstanceOf(InvalidArgumentException.class);
        assertThatThrownBy(() -> TensorCheck.writable("y", tensor))
            .isInstanceOf(InvalidArgumentException.class)
            .hasMessageContaining("y FLOAT32 (2, 2) wraps read-only memory");
        try (Tensor copy = tensor.copy()) {
          copy.fill(9);
        }
      }
    }
    assertThat(Files.readAllBytes(file)).isEqualTo(bytes.array());
  }
}
