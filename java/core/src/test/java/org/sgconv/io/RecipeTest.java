package org.sgconv.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InvalidObjectException;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sgconv.Backends;
import org.sgconv.ClosedException;
import org.sgconv.InvalidFileException;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Layers and files as bytes: in memory, and from one process to another. */
class RecipeTest {

  private static final KernelSpec SPEC =
      KernelSpec.builder().hidden(2).maxLength(32).kernelDim(4).build();

  @TempDir private Path folder;

  private static Checkpoint layer() {
    Tensor skip = Tensor.of(new float[] {0.5f, -2}, 1, 2);
    return new Checkpoint(KernelParameters.random(SPEC, DType.FLOAT32, 3), skip, List.of());
  }

  private static byte[] serialized(Object object) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    }
    return bytes.toByteArray();
  }

  private static Object read(byte[] bytes) throws Exception {
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
      return in.readObject();
    }
  }

  @Test
  void aLayerGoesFromOneProcessToAnother() throws Exception {
    try (Checkpoint layer = layer()) {
      Recipe there = (Recipe) read(serialized(Recipe.of(layer)));
      assertThat(there.spec()).isEqualTo(SPEC);
      try (Checkpoint again = there.open(DType.FLOAT32)) {
        assertThat(again.parameters().weights().toFloatArray())
            .isEqualTo(layer.parameters().weights().toFloatArray());
        assertThat(again.parameters().decay().toFloatArray())
            .isEqualTo(layer.parameters().decay().toFloatArray());
        assertThat(again.skip().toFloatArray()).isEqualTo(layer.skip().toFloatArray());
      }
    }
  }

  @Test
  void whatCameFromElsewhereIsChecked() throws Exception {
    try (Checkpoint layer = layer()) {
      byte[] bytes = serialized(Recipe.of(layer));
      int at = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("{\"");
      bytes[at] = 'x'; // where the header's object begins
      assertThatThrownBy(() -> read(bytes)).isInstanceOf(InvalidObjectException.class);
    }
    assertThatThrownBy(() -> Recipe.of(SPEC, new byte[3])).isInstanceOf(InvalidFileException.class);
  }

  @Test
  void tensorsAndParametersAreNotSerializable() {
    try (Checkpoint layer = layer()) {
      for (Object each : List.of(layer.skip(), layer.parameters(), layer)) {
        assertThatThrownBy(() -> serialized(each)).isInstanceOf(NotSerializableException.class);
      }
    }
  }

  @Test
  void theBytesOfAFileAreTheFile() throws Exception {
    Path path = folder.resolve("layer.safetensors");
    try (Checkpoint layer = layer()) {
      layer.write(path);
      byte[] bytes = Files.readAllBytes(path);
      assertThat(layer.toBytes()).isEqualTo(bytes);
      assertThat(Recipe.of(SPEC, bytes).toBytes()).isEqualTo(bytes);
      ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length + 5).position(3);
      direct.put(bytes).flip().position(3);
      for (ByteBuffer buffer : List.of(ByteBuffer.wrap(bytes), direct)) {
        Safetensors file = Safetensors.of("copy.safetensors", buffer);
        try (Tensor skip = file.read("D")) {
          assertThat(skip.toFloatArray()).containsExactly(0.5f, -2);
        }
        assertThat(file.readInteger("kernel_norm_initialized")).isZero();
        assertThat(file.path()).isEqualTo(Path.of("copy.safetensors"));
        file.close();
        file.close(); // does nothing
        assertThatThrownBy(() -> file.read("D")).isInstanceOf(ClosedException.class);
      }
    }
  }

  @Test
  void unsoundBytesAreNamed() {
    assertThatThrownBy(() -> Safetensors.of("from.socket", new byte[] {1, 2, 3}))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("from.socket: has 3 bytes, expected at least the 8");
  }

  @Test
  void aLayerMovesToABackendAsAWhole() {
    long before = Tensor.openCount();
    try (Checkpoint layer = layer()) {
      assertThat(layer.moveTo(Backends.reference())).isSameAs(layer);
      assertThat(layer.skip().isClosed()).isFalse();
    }
    assertThat(Tensor.openCount()).isEqualTo(before);
  }
}
