package org.sgconv.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sgconv.Backend;
import org.sgconv.SgConvException;
import org.sgconv.contract.CudaDevice;
import org.sgconv.contract.OnEmulatedDevice;
import org.sgconv.device.Device;
import org.sgconv.device.Stream;
import org.sgconv.signal.Convolver;
import org.sgconv.signal.Extent;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** What convolving signals on a device asks of it, and what is left of a call that fails. */
@OnEmulatedDevice
class EmulatedSignalsTest {

  private static final float[] KERNEL = {1, -2, 3};

  private Stream stream;
  private Backend cuda;

  @BeforeEach
  void open() {
    stream = Device.all(CudaDevice.backend()).getFirst().createStream();
    cuda = stream.backend();
  }

  @AfterEach
  void close() {
    EmulatedMachine.reset();
    stream.close();
  }

  /** Two copies and one convolution a call, for any number of rows, and nobody waits. */
  @Test
  void nothingGoesThroughTheHost() {
    for (int rows : new int[] {1, 50}) {
      try (Convolver convolver = Convolver.of(cuda, KERNEL);
          Tensor signals = Tensor.zeros(stream, DType.FLOAT32, rows, 100);
          Tensor into = Tensor.zeros(stream, DType.FLOAT32, rows, 102)) {
        convolver.apply(signals, Extent.FULL, into); // the plan is there from now on
        stream.synchronize();
        long copies = EmulatedMachine.count("copy");
        long waits = EmulatedMachine.count("synchronize");
        long pinned = EmulatedMachine.count("pinned");
        convolver.apply(signals, Extent.FULL, into);
        assertThat(EmulatedMachine.count("copy") - copies).isEqualTo(2);
        assertThat(EmulatedMachine.count("synchronize")).isEqualTo(waits);
        assertThat(EmulatedMachine.count("pinned")).isEqualTo(pinned);
      }
    }
  }

  /** Whatever fails, of memory or copies: nothing is lost, and the next call is right. */
  @Test
  void nothingIsLostIfACallFails() {
    try (Tensor signals = Tensor.of(cuda, new float[] {1, 2, 3, 4}, 2, 2)) {
      for (String point : new String[] {"allocation", "copy"}) {
        int failures = 0;
        for (int n = 1; ; n++) {
          stream.synchronize();
          String before = EmulatedMachine.inventory();
          long tensors = Tensor.openCount();
          boolean failed = false;
          try (Convolver convolver = Convolver.of(cuda, KERNEL)) {
            EmulatedMachine.fail(point, n, point.equals("copy") ? 999 : 2);
            convolver.apply(signals, Extent.FULL).close();
          } catch (SgConvException e) {
            failed = true;
          }
          EmulatedMachine.reset();
          stream.synchronize();
          assertThat(EmulatedMachine.inventory()).as("%s %d", point, n).isEqualTo(before);
          assertThat(Tensor.openCount()).isEqualTo(tensors);
          if (!failed) {
            break;
          }
          failures++;
        }
        assertThat(failures).as(point).isGreaterThanOrEqualTo(2);
      }
      try (Convolver convolver = Convolver.of(cuda, KERNEL);
          Tensor result = convolver.apply(signals, Extent.FULL)) {
        assertThat(result.toFloatArray())
            .containsExactly(new float[] {1, 0, -1, 6, 3, -2, 1, 12}, within(1e-5f));
      }
    }
  }
}
