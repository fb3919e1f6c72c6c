package org.sgconv.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.sgconv.BackendFailureException;
import org.sgconv.HostMemoryException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.TensorClosedException;
import org.sgconv.contract.OnEmulatedDevice;
import org.sgconv.device.DeviceLostException;
import org.sgconv.device.Stream;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Copies between pinned memory and a device. The emulated device does nothing until somebody waits,
 * so that what is not waited for is seen to be stale.
 */
class CudaPinnedTest extends CudaDeviceTest {

  private final long openBefore = Tensor.openCount();

  @AfterEach
  void nothingLeaks() {
    assertThat(Tensor.openCount()).isEqualTo(openBefore);
  }

  private Tensor pinned(float... values) {
    Tensor tensor = Tensor.pinned(cuda, DType.FLOAT32, values.length);
    tensor.copyFrom(values);
    return tensor;
  }

  @Test
  void pinnedTensorsAreTensorsOfTheHost() {
    long held = device.allocatedBytes();
    try (Tensor tensor = Tensor.pinned(cuda, DType.BFLOAT16, 2, 3);
        Tensor view = tensor.slice(1)) {
      assertThat(tensor.isPinned()).isTrue();
      assertThat(view.isPinned()).isTrue();
      assertThat(tensor.isOnHost()).isTrue();
      assertThat(tensor.toFloatArray()).containsOnly(0);
      view.fill(2);
      assertThat(tensor.toFloatArray()).containsExactly(0, 0, 0, 2, 2, 2);
      assertThat(tensor.segment().address() % 64).isZero();
      assertThat(device.allocatedBytes()).isEqualTo(held);
      try (Tensor copy = tensor.copy()) {
        assertThat(copy.isPinned()).isFalse();
      }
    }
  }

  @Test
  void copiesArriveInTheirOrder() {
    try (Stream stream = device.createStream();
        Tensor up = pinned(1, 2, 3, 4);
        Tensor down = pinned(9, 9, 9, 9);
        Tensor there = Tensor.zeros(stream, DType.FLOAT32, 4)) {
      there.copyFrom(up);
      down.copyFrom(there);
      up.fill(5); // waits for the upload
      there.copyFrom(up);
      assertThat(down.toFloatArray()).containsExactly(1, 2, 3, 4);
      assertThat(there.toFloatArray()).containsExactly(5, 5, 5, 5);
    }
  }

  @Test
  void partsOfPinnedTensorsAreCopied() {
    try (Stream stream = device.createStream();
        Tensor host = pinned(1, 2, 3, 4, 5, 6);
        Tensor middle = host.slice(2, 4);
        Tensor there = Tensor.zeros(stream, DType.FLOAT32, 6);
        Tensor end = there.slice(4, 6);
        Tensor front = there.slice(0, 2)) {
      end.copyFrom(middle);
      front.copyFrom(end);
      middle.copyFrom(end);
      assertThat(there.toFloatArray()).containsExactly(3, 4, 0, 0, 3, 4);
      assertThat(host.toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6);
    }
  }

  /** What was submitted has not happened, and nobody who asks the tensor can see that. */
  @Test
  @OnEmulatedDevice
  void downloadsAreSeenWhenTheyAreDone() {
    try (Stream stream = device.createStream();
        Tensor there = Pass.tensor(stream, 1, 64);
        Tensor host = pinned(new float[64])) {
      float[] expected = there.toFloatArray();
      MemorySegment early = host.segment();
      host.copyFrom(there);
      assertThat(early.toArray(ValueLayout.JAVA_FLOAT)).containsOnly(0);
      assertThat(host.get(5)).isEqualTo(expected[5]);
      assertThat(early.toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(expected);
      host.fill(0);
      host.copyFrom(there);
      assertThat(host.toFloatArray()).isEqualTo(expected);
      host.fill(0);
      host.copyFrom(there);
      stream.synchronize();
      assertThat(early.toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(expected);
    }
  }

  /** The device reads the memory later: a segment from before the copy shows the danger. */
  @Test
  @OnEmulatedDevice
  void uploadsReadTheMemoryWhenTheirTurnComes() {
    try (Stream stream = device.createStream();
        Tensor host = pinned(1, 2);
        Tensor there = Tensor.zeros(stream, DType.FLOAT32, 2)) {
      MemorySegment early = host.segment();
      there.copyFrom(host);
      early.setAtIndex(ValueLayout.JAVA_FLOAT, 0, 7);
      assertThat(there.toFloatArray()).containsExactly(7, 2);
      there.copyFrom(host);
      host.set(8, 0);
      assertThat(there.toFloatArray()).containsExactly(7, 2);
    }
  }

  @Test
  void closingWaitsForTheCopies() {
    try (Stream stream = device.createStream();
        Tensor there = Tensor.zeros(stream, DType.FLOAT32, 1 << 16)) {
      Tensor host = Tensor.pinned(cuda, DType.FLOAT32, 1 << 16);
      host.fill(3);
      there.copyFrom(host);
      host.close();
      assertThatThrownBy(() -> there.copyFrom(host)).isInstanceOf(TensorClosedException.class);
      assertThat(there.toFloatArray()).containsOnly(3);
    }
  }

  @Test
  void streamsTakeTurnsWithOnePinnedTensor() {
    try (Stream first = device.createStream();
        Stream second = device.createStream();
        Tensor from = Pass.tensor(first, 4, 1000);
        Tensor to = Tensor.zeros(second, DType.FLOAT32, 1000);
        Tensor host = Tensor.pinned(cuda, DType.FLOAT32, 1000)) {
      host.copyFrom(from);
      to.copyFrom(host); // on another stream, and not waited for on the host
      host.copyFrom(from);
      assertThat(to.toFloatArray()).isEqualTo(from.toFloatArray());
      assertThat(host.toFloatArray()).isEqualTo(from.toFloatArray());
    }
  }

  @Test
  void movingPinnedTensorsWaits() {
    try (Tensor there = pinned(1, 2, 3).moveTo(cuda)) {
      assertThat(there.toFloatArray()).containsExactly(1, 2, 3);
    }
  }

  @Test
  void recordingsHoldNoCopiesOfTheHost() {
    try (Stream stream = device.createStream();
        Tensor host = pinned(1, 2);
        Tensor plain = Tensor.of(new float[] {3, 4}, 2);
        Tensor there = Tensor.zeros(stream, DType.FLOAT32, 2)) {
      for (Runnable work :
          new Runnable[] {
            () -> there.copyFrom(host),
            () -> host.copyFrom(there),
            () -> there.copyFrom(plain),
            () -> plain.copyFrom(there)
          }) {
        assertThatThrownBy(() -> stream.record(work))
            .isInstanceOf(InvalidArgumentException.class)
            .hasMessageContaining("copies from or to the host");
      }
      there.copyFrom(host);
      assertThat(there.toFloatArray()).containsExactly(1, 2);
    }
  }

  /** A copy that cannot be marked is waited for; memory that is not there is named. */
  @Test
  @OnEmulatedDevice
  void failuresLoseNothing() {
    try (Stream stream = device.createStream();
        Tensor host = pinned(1, 2);
        Tensor there = Tensor.zeros(stream, DType.FLOAT32, 2)) {
      stream.synchronize();
      String before = EmulatedMachine.inventory();
      EmulatedMachine.fail("event", 1, 46);
      assertThatThrownBy(() -> there.copyFrom(host)).isInstanceOf(BackendFailureException.class);
      EmulatedMachine.fail("pinned", 1, 2);
      assertThatThrownBy(() -> Tensor.pinned(cuda, DType.FLOAT32, 4))
          .isInstanceOf(HostMemoryException.class)
          .hasMessageContaining("FLOAT32 (4) pinned")
          .hasMessageContaining("16 bytes");
      assertThat(EmulatedMachine.inventory()).isEqualTo(before);
      there.copyFrom(host);
      assertThat(host.get(0)).isEqualTo(1);
      stream.synchronize();
      assertThat(EmulatedMachine.inventory()).isEqualTo(before);
      assertThat(there.toFloatArray()).containsExactly(1, 2);
    } finally {
      EmulatedMachine.reset();
    }
  }

  /** A device that is lost copies nothing more: nobody waits for it for ever, nothing is kept. */
  @Test
  @OnEmulatedDevice
  void lostDevicesHoldNothingBack() {
    long events = EmulatedMachine.live("event");
    long memory = EmulatedMachine.live("pinned");
    Tensor host = pinned(1, 2);
    Stream stream = device.createStream();
    Tensor there = Tensor.zeros(stream, DType.FLOAT32, 2);
    try {
      there.copyFrom(host);
      EmulatedMachine.fail("launch", 1, 700);
      assertThatThrownBy(() -> Pass.run(stream)).isInstanceOf(DeviceLostException.class);
      assertThatThrownBy(() -> host.get(0)).isInstanceOf(DeviceLostException.class);
      host.close();
      assertThat(host.isClosed()).isTrue();
      there.close();
    } finally {
      EmulatedMachine.reset();
    }
    stream.close();
    // The device's own memory goes with its context.
    assertThat(EmulatedMachine.live("event")).isEqualTo(events);
    assertThat(EmulatedMachine.live("pinned")).isEqualTo(memory);
  }

  /** Everything that pinned copies and their streams make is freed. */
  @Test
  @OnEmulatedDevice
  void nothingIsLeft() {
    String before = EmulatedMachine.inventory();
    for (int i = 0; i < 3; i++) {
      Tensor host = pinned(1, 2, 3);
      Stream stream = device.createStream();
      Tensor there = Tensor.zeros(stream, DType.FLOAT32, 3);
      there.copyFrom(host);
      there.close();
      stream.close(); // the copy's event outlives the stream
      assertThat(host.get(2)).isEqualTo(3);
      host.close();
    }
    assertThat(EmulatedMachine.inventory()).isEqualTo(before);
  }
}
