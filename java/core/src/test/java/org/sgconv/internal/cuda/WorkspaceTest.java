package org.sgconv.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.sgconv.ClosedException;
import org.sgconv.bindings.CudaSpan;
import org.sgconv.bindings.NativeHandle;
import org.sgconv.contract.CudaDevice;
import org.sgconv.contract.OnEmulatedDevice;
import org.sgconv.device.Device;

/** What a stream's convolutions share. */
@OnEmulatedDevice
class WorkspaceTest {

  /** Memory that cannot be freed keeps nothing else from being closed. */
  @Test
  void closingGoesOnAfterAFailure() {
    GpuDevice device = (GpuDevice) Device.all(CudaDevice.backend()).getFirst();
    String before = EmulatedMachine.inventory();
    long bytes = device.allocatedBytes();
    GpuStream stream = (GpuStream) device.createStream();
    long reserved;
    try (NativeHandle.Use _ = stream.hold()) {
      List<CudaSpan> pieces = stream.workspace().pieces(1000, 1);
      assertThat(pieces).hasSize(2);
      assertThat(stream.workspace().plan(8, 1)).isNotSameAs(stream.workspace().plan(16, 1));
      reserved = pieces.getFirst().allocation().byteSize();
      stream.queue().free(pieces.getFirst().allocation()); // so that it cannot be freed
    }
    assertThatThrownBy(stream::close)
        .isInstanceOf(ClosedException.class)
        .hasMessageContaining("cudaFreeAsync");
    assertThat(stream.isClosed()).isTrue();
    assertThat(EmulatedMachine.inventory()).isEqualTo(before);
    assertThat(device.allocatedBytes()).isEqualTo(bytes + reserved);
    device.release(reserved);
  }
}
