package org.sgconv.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.sgconv.TensorClosedException;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.io.Safetensors;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

class TensorAccessTest {

  /** In a class loader of its own, where nobody has touched a tensor yet. */
  @Test
  void worksBeforeThereIsATensor() throws Exception {
    byte[] header =
        "{\"n\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]}}"
            .getBytes(StandardCharsets.UTF_8);
    ByteBuffer file = ByteBuffer.allocate(16 + header.length).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(header.length).put(header).putLong(42);
    try (URLClassLoader loader =
        new URLClassLoader(
            new URL[] {placeOf(Tensor.class), placeOf(Closer.class)},
            ClassLoader.getPlatformClassLoader())) {
      Class<?> fresh = loader.loadClass(Safetensors.class.getName());
      Object opened =
          fresh.getMethod("of", String.class, byte[].class).invoke(null, "a file", file.array());
      assertThat(fresh.getMethod("readInteger", String.class).invoke(opened, "n")).isEqualTo(42L);
    }
  }

  private static URL placeOf(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation();
  }

  @Test
  void isForTensorAlone() {
    TensorAccess other =
        new TensorAccess() {
          @Override
          protected void checkOpen(Tensor tensor) {}

          @Override
          protected DevicePart partOf(Tensor tensor) {
            throw new AssertionError();
          }

          @Override
          protected void run(Object what, Runnable access, Tensor... tensors) {}

          @Override
          protected MemorySegment enter(Tensor tensor) {
            throw new AssertionError();
          }

          @Override
          protected void leave(Tensor tensor) {}
        };
    assertThatThrownBy(() -> TensorAccess.register(other))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("only Tensor");
  }

  @Test
  void refusesAClosedViewBeforeItRuns() {
    try (Tensor owner = Tensor.zeros(DType.FLOAT32, 2, 2)) {
      Tensor view = owner.slice(0);
      view.close();
      assertThatThrownBy(
              () ->
                  TensorAccess.onHost(
                      "a view",
                      () -> {
                        throw new AssertionError("it ran");
                      },
                      owner,
                      view))
          .isInstanceOf(TensorClosedException.class);
      TensorAccess.onHost("its owner", () -> owner.fill(1), owner);
      assertThat(owner.get(0, 0)).isEqualTo(1);
    } // closes: nothing holds the owner any more
  }
}
