package org.sgconv.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.SgConvException;
import org.sgconv.TensorClosedException;
import org.sgconv.contract.CudaDevice;
import org.sgconv.contract.OnCudaDevice;
import org.sgconv.contract.OnEmulatedDevice;
import org.sgconv.device.Device;
import org.sgconv.device.DeviceMemoryException;
import org.sgconv.device.Stream;
import org.sgconv.device.WrongDeviceException;
import org.sgconv.io.Checkpoint;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Taking tensors to a device and back. */
@OnCudaDevice
class CudaPlacementTest {

  private static final float[] VALUES = {1, -2, 3, 4, 5, 6};

  private final long openBefore = Tensor.openCount();
  private Backend cuda;

  @BeforeEach
  void open() {
    cuda = CudaDevice.backend();
  }

  @AfterEach
  void nothingLeaks() {
    assertThat(Tensor.openCount()).isEqualTo(openBefore);
  }

  @Test
  void ownersMoveThereAndBack() {
    Tensor host = Tensor.of(VALUES, 2, 3);
    Tensor view = host.slice(0);
    Tensor there = host.moveTo(cuda);
    assertThat(host.isClosed()).isTrue();
    assertThatThrownBy(view::toFloatArray).isInstanceOf(TensorClosedException.class);
    assertThat(there.stream()).contains(Stream.of(cuda));
    assertThat(there.isOn(cuda)).isTrue();
    assertThat(there.isOn(Backends.reference())).isFalse();
    assertThat(there.moveTo(cuda)).isSameAs(there);
    try (Tensor back = there.moveTo(Backends.reference())) {
      assertThat(there.isClosed()).isTrue();
      assertThat(back.isOnHost()).isTrue();
      assertThat(back.toFloatArray()).containsExactly(VALUES);
    }
  }

  @Test
  void viewsMoveAloneAndBorrowedMemoryStays() {
    try (Tensor host = Tensor.of(VALUES, 2, 3);
        Arena arena = Arena.ofConfined()) {
      Tensor row = host.slice(1);
      try (Tensor there = row.moveTo(cuda)) {
        assertThat(there.toFloatArray()).containsExactly(4, 5, 6);
        assertThat(row.isClosed()).isTrue();
        assertThat(host.toFloatArray()).containsExactly(VALUES);
      }
      Tensor borrowed =
          Tensor.wrap(
              arena.allocateFrom(java.lang.foreign.ValueLayout.JAVA_FLOAT, VALUES).asReadOnly(),
              DType.FLOAT32,
              6);
      try (Tensor there = borrowed.moveTo(cuda)) {
        assertThat(borrowed.isClosed()).isTrue();
        assertThat(there.toFloatArray()).containsExactly(VALUES);
      }
    }
  }

  @Test
  void streamsOfABackendAreDifferentPlaces() {
    try (Stream other = Device.all(cuda).getFirst().createStream();
        Tensor host = Tensor.of(VALUES, 6);
        Tensor mine = host.copyTo(cuda)) {
      assertThat(mine.isOn(other.backend())).isFalse();
      try (Tensor copy = mine.copyTo(other.backend());
          Tensor again = copy.copyTo(other.backend())) {
        assertThat(copy.stream()).contains(other);
        assertThat(again.overlaps(copy)).isFalse();
        assertThat(again.toFloatArray()).containsExactly(VALUES);
      }
    }
  }

  @Test
  void parametersTakeTheirNormAlong() {
    KernelSpec spec = KernelSpec.builder().hidden(2).kernelDim(4).scales(2).build();
    KernelParameters host = KernelParameters.random(spec, DType.FLOAT32, 3);
    KernelSynthesis.on(Backends.reference()).norm(host);
    float[] norm = host.norm().orElseThrow().toFloatArray();
    float[] weights = host.weights().toFloatArray();
    KernelParameters there = host.moveTo(cuda);
    assertThat(host.isClosed()).isTrue();
    assertThat(there.moveTo(cuda)).isSameAs(there);
    try (KernelParameters back = there.moveTo(Backends.reference())) {
      assertThat(back.weights().toFloatArray()).isEqualTo(weights);
      assertThat(back.norm().orElseThrow().toFloatArray()).isEqualTo(norm);
    }
  }

  /** Whatever allocation fails: the source is open, and no copy is left. */
  @Test
  @OnEmulatedDevice
  void nothingIsLostIfAMoveFails() {
    KernelSpec spec = KernelSpec.builder().hidden(2).kernelDim(4).scales(2).build();
    KernelParameters parameters = KernelParameters.random(spec, DType.FLOAT32, 3);
    Tensor tensor = Tensor.of(VALUES, 6);
    Tensor.of(cuda, VALUES, 6).close(); // copies have their pinned buffer from now on
    String before = inventory();
    try {
      for (int n = 1; n <= 2; n++) {
        EmulatedMachine.fail("allocation", n, 2);
        assertThatThrownBy(() -> parameters.moveTo(cuda)).isInstanceOf(DeviceMemoryException.class);
        assertThat(inventory()).isEqualTo(before);
      }
      EmulatedMachine.fail("allocation", 1, 2);
      assertThatThrownBy(() -> tensor.moveTo(cuda)).isInstanceOf(DeviceMemoryException.class);
      EmulatedMachine.fail("allocation", 1, 2);
      assertThatThrownBy(() -> Tensor.of(cuda, VALUES, 6)).isInstanceOf(SgConvException.class);
      EmulatedMachine.fail("allocation", 1, 2);
      assertThatThrownBy(() -> KernelParameters.random(cuda, spec, DType.FLOAT32, 3))
          .isInstanceOf(SgConvException.class);
    } finally {
      EmulatedMachine.reset();
    }
    assertThat(tensor.toFloatArray()).containsExactly(VALUES);
    assertThat(parameters.isClosed()).isFalse();
    assertThat(inventory()).isEqualTo(before);
    Tensor moved = tensor.moveTo(cuda);
    KernelParameters movedParameters = parameters.moveTo(cuda);
    moved.close();
    movedParameters.close();
  }

  /** What is alive once the stream has done its work, frees included. */
  private String inventory() {
    Stream.of(cuda).synchronize();
    return EmulatedMachine.inventory();
  }

  @Test
  void checkpointsMoveAsAWhole() {
    KernelSpec spec = KernelSpec.builder().hidden(2).maxLength(8).kernelDim(4).build();
    Tensor skip = Tensor.of(new float[] {1, -2}, 1, 2);
    Checkpoint host =
        new Checkpoint(KernelParameters.random(spec, DType.FLOAT32, 1), skip, List.of("other"));
    float[] weights = host.parameters().weights().toFloatArray();
    try (Checkpoint there = host.moveTo(cuda)) {
      assertThat(skip.isClosed() && host.parameters().isClosed()).isTrue();
      assertThat(there.skip().isOn(cuda) && there.parameters().weights().isOn(cuda)).isTrue();
      assertThat(there.skip().toFloatArray()).containsExactly(1, -2);
      assertThat(there.parameters().weights().toFloatArray()).containsExactly(weights);
      assertThat(there.ignored()).containsExactly("other");
      assertThat(there.moveTo(cuda)).isSameAs(there);
    }
  }

  @Test
  void theHostComputesWithTensorsOfTheHostAlone() {
    try (Tensor there = Tensor.of(cuda, VALUES, 2, 3);
        Tensor host = Tensor.of(VALUES, 2, 3)) {
      List<Runnable> calls =
          List.of(
              () -> there.map(Math::abs),
              () -> there.scale(2),
              () -> there.add(there),
              () -> host.add(there),
              () -> host.scale(2, there),
              there::transpose);
      for (Runnable call : calls) {
        assertThatThrownBy(call::run)
            .isInstanceOf(WrongDeviceException.class)
            .hasMessageContaining("copy it with toHost()");
      }
    }
  }

  @Test
  void theBackendSaysWhereItComputes() {
    assertThat(Backends.cuda().toString())
        .startsWith("cuda (")
        .contains(Device.all(cuda).get(0).name());
  }
}
