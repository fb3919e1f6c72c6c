package org.sgconv.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.sgconv.BackendUnavailableException;
import org.sgconv.Backends;
import org.sgconv.TensorClosedException;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.spi.RecordingBackend;

/** Taking tensors to backends of the host, where they are. */
class PlacementTest {

  private final RecordingBackend absent = new RecordingBackend(DType.FLOAT32);
  private final long openBefore = Tensor.openCount();

  @AfterEach
  void nothingLeaks() {
    assertThat(Tensor.openCount()).isEqualTo(openBefore);
  }

  @Test
  void whatIsThereStaysThere() {
    try (Tensor tensor = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
        Tensor row = tensor.slice(1)) {
      assertThat(tensor.isOn(Backends.reference())).isTrue();
      assertThat(tensor.moveTo(Backends.reference())).isSameAs(tensor);
      assertThat(row.moveTo(Backends.reference())).isSameAs(row);
      assertThat(row.toFloatArray()).containsExactly(3, 4);
    }
  }

  @Test
  void copiesAreApart() {
    try (Tensor tensor = Tensor.of(new float[] {1, 2}, 2);
        Tensor copy = tensor.copyTo(Backends.reference())) {
      copy.set(5, 0);
      assertThat(tensor.toFloatArray()).containsExactly(1, 2);
      assertThat(copy.toFloatArray()).containsExactly(5, 2);
    }
  }

  @Test
  void tensorsAreMadeWhereABackendComputes() {
    try (Tensor zeros = Tensor.zeros(Backends.reference(), DType.FLOAT64, 2);
        Tensor plain = Tensor.pinned(Backends.reference(), DType.FLOAT64, 2);
        Tensor floats = Tensor.of(Backends.reference(), new float[] {1, 2}, 2);
        Tensor doubles = Tensor.of(Backends.reference(), new double[] {3, 4}, 2)) {
      assertThat(zeros.toDoubleArray()).containsExactly(0, 0);
      assertThat(plain.isPinned()).isFalse();
      assertThat(floats.toFloatArray()).containsExactly(1, 2);
      assertThat(doubles.toDoubleArray()).containsExactly(3, 4);
    }
  }

  @Test
  void parametersStayWhereTheyAre() {
    KernelSpec spec = KernelSpec.builder().hidden(2).kernelDim(4).scales(2).build();
    try (KernelParameters parameters =
            KernelParameters.random(Backends.reference(), spec, DType.FLOAT32, 3);
        KernelParameters copy = parameters.copyTo(Backends.reference())) {
      assertThat(parameters.moveTo(Backends.reference())).isSameAs(parameters);
      assertThat(copy.weights().toFloatArray()).isEqualTo(parameters.weights().toFloatArray());
      assertThat(copy.weights().overlaps(parameters.weights())).isFalse();
    }
  }

  @Test
  void anAbsentBackendIsNamedAndNothingIsLost() {
    absent.cause = Optional.of(new IllegalStateException("no driver"));
    try (Tensor tensor = Tensor.of(new float[] {1, 2}, 2)) {
      assertThatThrownBy(() -> tensor.moveTo(absent.backend))
          .isInstanceOf(BackendUnavailableException.class)
          .hasMessageContaining("no driver");
      assertThatThrownBy(() -> tensor.copyTo(absent.backend))
          .isInstanceOf(BackendUnavailableException.class);
      assertThat(tensor.toFloatArray()).containsExactly(1, 2);
    }
    assertThatThrownBy(() -> Tensor.of(absent.backend, new float[] {1, 2}, 2))
        .isInstanceOf(BackendUnavailableException.class);
    KernelSpec spec = KernelSpec.builder().hidden(2).kernelDim(4).scales(2).build();
    assertThatThrownBy(() -> KernelParameters.random(absent.backend, spec, DType.FLOAT32, 3))
        .isInstanceOf(BackendUnavailableException.class);
  }

  @Test
  void closedTensorsDoNotMove() {
    Tensor tensor = Tensor.zeros(DType.FLOAT32, 2);
    tensor.close();
    assertThatThrownBy(() -> tensor.moveTo(Backends.reference()))
        .isInstanceOf(TensorClosedException.class);
    assertThatThrownBy(() -> tensor.copyTo(Backends.reference()))
        .isInstanceOf(TensorClosedException.class);
  }
}
