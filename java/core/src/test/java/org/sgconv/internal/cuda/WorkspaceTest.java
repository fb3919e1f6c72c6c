package org.sgconv.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.sgconv.ClosedException;
import org.sgconv.bindings.CudaSpan;
import org.sgconv.bindings.FftPlan;
import org.sgconv.contract.CudaDevice;
import org.sgconv.contract.OnEmulatedDevice;

/** What a stream's convolutions share. */
@OnEmulatedDevice
class WorkspaceTest {

  /** A plan that cannot be closed keeps nothing else from being freed. */
  @Test
  void closingGoesOnAfterAFailure() {
    GpuDevice device = (GpuDevice) CudaDevice.backend().devices().getFirst();
    String before = EmulatedMachine.inventory();
    long bytes = device.allocatedBytes();
    GpuStream stream = (GpuStream) device.createStream();
    stream.queue().lock().lock();
    try {
      List<CudaSpan> pieces = stream.workspace().reserve(1000, 1);
      assertThat(pieces).hasSize(2);
      FftPlan first = stream.workspace().plan(8, 1);
      FftPlan second = stream.workspace().plan(16, 1);
      assertThat(second).isNotSameAs(first);
      first.close();
    } finally {
      stream.queue().lock().unlock();
    }
    assertThatThrownBy(stream::close)
        .isInstanceOf(ClosedException.class)
        .hasMessageContaining("FftPlan");
    assertThat(stream.isClosed()).isTrue();
    assertThat(EmulatedMachine.inventory()).isEqualTo(before);
    assertThat(device.allocatedBytes()).isEqualTo(bytes);
  }
}
