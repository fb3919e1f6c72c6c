package org.sgconv.internal.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.sgconv.Backend;
import org.sgconv.BackendFailureException;
import org.sgconv.ClosedException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.InvalidSettingException;
import org.sgconv.bindings.MatrixProducts;
import org.sgconv.bindings.load.LoadFailure;
import org.sgconv.bindings.load.NativeLibraryException;
import org.sgconv.spi.Dropout;
import org.sgconv.spi.LayerOperations;
import org.sgconv.spi.LinearOperands;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.HostMemory;
import org.sgconv.tensor.Tensor;

/** Where products come from, what is refused, and what is kept between calls. */
class CpuLayersTest {

  @Test
  void saysWhatLinearMapsNeedAndComputesTheRest() {
    NativeBackend.get();
    NativeLibraryException reason =
        new NativeLibraryException(LoadFailure.ABSENT, "no library: add org.bytedeco:openblas");
    CpuBackend backend = failing(reason);
    try (Tensor x = Tensor.zeros(DType.FLOAT32, 1, 2, 3);
        Tensor y = Tensor.zeros(DType.FLOAT32, 1, 2, 3)) {
      assertThatThrownBy(() -> linear(backend.layers(), x, y))
          .isInstanceOf(BackendFailureException.class)
          .hasMessage(
              "backend 'cpu' failed: linear maps need OpenBLAS: no library: add"
                  + " org.bytedeco:openblas")
          .hasCause(reason);
      x.fill(1);
      backend.layers().gelu(x, Dropout.NONE, y);
      assertThat(y.getFlat(5)).isBetween(0.841, 0.842);
      assertThat(Backend.of(backend).isAvailable()).isTrue();
    }
  }

  @Test
  void tellsASettingThatNamesNoLibrary() {
    NativeBackend.get();
    CpuBackend backend =
        failing(new NativeLibraryException(LoadFailure.SETTING, "-Dsgconv.library.path=x: no"));
    try (Tensor x = Tensor.zeros(DType.FLOAT64, 1, 2, 3);
        Tensor y = Tensor.zeros(DType.FLOAT64, 1, 2, 3)) {
      assertThatThrownBy(() -> linear(backend.layers(), x, y))
          .isInstanceOf(InvalidSettingException.class)
          .hasMessageContaining("-Dsgconv.library.path=x");
    }
  }

  /** A program that only convolves loads no library of products; a failure may pass. */
  @Test
  void loadsProductsWithTheFirstLinearMap() {
    NativeBackend.get();
    AtomicInteger asked = new AtomicInteger();
    CpuBackend backend =
        new CpuBackend(
            () -> {
              if (asked.incrementAndGet() == 1) {
                throw new NativeLibraryException(LoadFailure.PASSING, "too many open files");
              }
              return MatrixProducts.open();
            });
    try (Tensor x = Tensor.zeros(DType.FLOAT32, 1, 2, 3);
        Tensor y = Tensor.zeros(DType.FLOAT32, 1, 2, 3)) {
      x.fill(2);
      backend.layers().gelu(x, Dropout.NONE, y);
      assertThat(backend.info().libraries()).hasSize(1);
      assertThat(asked).hasValue(0);
      assertThatThrownBy(() -> linear(backend.layers(), x, y)).hasMessageContaining("too many");
      linear(backend.layers(), x, y);
      linear(backend.layers(), x, y);
      assertThat(asked).hasValue(2);
      assertThat(y.getFlat(0)).isEqualTo(4);
      assertThat(backend.info().libraries())
          .hasSize(2)
          .last()
          .asString()
          .matches("/.*openblas.* \\d+\\.\\d+\\.\\d+ \\(OpenBLAS, \\w+\\)");
    }
  }

  @Test
  void misuseIsAnExceptionAtTheBoundary() {
    LayerOperations layers = NativeBackend.get().provider().layers();
    try (Tensor x = Tensor.zeros(DType.FLOAT32, 2, 3, 4);
        Tensor wrong = Tensor.zeros(DType.FLOAT32, 2, 3, 5);
        Tensor y = Tensor.zeros(DType.FLOAT32, 2, 3, 4);
        Arena arena = Arena.ofConfined()) {
      assertThatThrownBy(() -> layers.gelu(x, Dropout.NONE, wrong))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("y holds 120 bytes, expected 96");
      assertThatThrownBy(() -> layers.gelu(x, Dropout.NONE, x))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("y overlaps x");
      MemorySegment few = arena.allocate(7 * Long.BYTES, Long.BYTES);
      try (Tensor table = Tensor.zeros(DType.FLOAT32, 5, 3)) {
        assertThatThrownBy(() -> layers.embed(few, table, y))
            .isInstanceOf(InvalidArgumentException.class)
            .hasMessageContaining("tokens holds 56 bytes, expected 64");
      }
      Tensor closed = Tensor.zeros(DType.FLOAT32, 2, 3, 4);
      closed.close();
      assertThatThrownBy(() -> layers.dropRows(closed, Dropout.NONE, y))
          .isInstanceOf(ClosedException.class);
      layers.dropRows(x, Dropout.NONE, y); // nothing is held, and no lock
    }
  }

  /** One workspace for all calls: it grows, counts, and is not allocated anew. */
  @Test
  void keepsOneWorkspace() {
    NativeBackend.get();
    LayerOperations layers = new CpuBackend(MatrixProducts::open).layers();
    long before = HostMemory.heldBytes();
    long after;
    try (Tensor x = Tensor.zeros(DType.FLOAT32, 2, 40, 700);
        Tensor y = Tensor.zeros(DType.FLOAT32, 2, 40, 700);
        Tensor weight = Tensor.zeros(DType.FLOAT32, 40, 40)) {
      long tensors = HostMemory.heldBytes() - before;
      LinearOperands operands =
          new LinearOperands(
              true, Dropout.NONE, false, Dropout.NONE, x, weight, null, null, null, y);
      layers.linear(operands);
      after = HostMemory.heldBytes() - tensors;
      for (int i = 0; i < 10; i++) {
        layers.linear(operands);
      }
      assertThat(HostMemory.heldBytes() - tensors).isEqualTo(after);
    }
    assertThat(HostMemory.heldBytes()).isEqualTo(after);
    assertThat(after - before).isLessThan(16L << 20);
  }

  private static void linear(LayerOperations layers, Tensor x, Tensor y) {
    try (Tensor weight = Tensor.zeros(x.type(), 2, 2)) {
      weight.fill(1);
      layers.linear(
          new LinearOperands(
              false, Dropout.NONE, false, Dropout.NONE, x, weight, null, null, null, y));
    }
  }

  private static CpuBackend failing(NativeLibraryException reason) {
    return new CpuBackend(
        () -> {
          throw reason;
        });
  }
}
