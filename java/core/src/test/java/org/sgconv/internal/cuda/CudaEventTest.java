package org.sgconv.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.sgconv.ClosedException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.contract.OnEmulatedDevice;
import org.sgconv.device.DeviceMemoryException;
import org.sgconv.device.Event;
import org.sgconv.device.Stream;
import org.sgconv.device.StreamClosedException;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Waiting for a place among the work of a stream. */
class CudaEventTest extends CudaDeviceTest {

  @Test
  void eventsTellTheTime() {
    try (Stream stream = device.createStream();
        Event start = device.createEvent();
        Event end = device.createEvent();
        Tensor tensor = Pass.tensor(stream, 1, 1 << 20)) {
      stream.synchronize();
      start.record(stream);
      for (int i = 0; i < 3; i++) {
        tensor.copy().close();
      }
      end.record(stream);
      assertThat(end.millisecondsSince(start)).isBetween(1e-4, 60_000.0);
      assertThat(start.device()).isSameAs(device);
    }
  }

  /** The host sees the work before the event done, and the work after it not yet. */
  @Test
  @OnEmulatedDevice
  void theHostWaitsForThePlace() {
    try (Stream stream = device.createStream();
        Event event = device.createEvent();
        Tensor ones = Tensor.of(stream.backend(), new float[] {1}, 1);
        Tensor twos = Tensor.of(stream.backend(), new float[] {2}, 1);
        Tensor host = Tensor.pinned(cuda, DType.FLOAT32, 1)) {
      MemorySegment seen = host.segment();
      host.copyFrom(ones);
      event.record(stream);
      host.copyFrom(twos);
      assertThat(seen.get(ValueLayout.JAVA_FLOAT, 0)).isZero();
      event.synchronize();
      assertThat(seen.get(ValueLayout.JAVA_FLOAT, 0)).isEqualTo(1);
      assertThat(host.get(0)).isEqualTo(2);
    }
  }

  /** Waiting for the second stream alone does the first stream's work before the event too. */
  @Test
  @OnEmulatedDevice
  void streamsWaitForEachOther() {
    Event event = device.createEvent();
    try (Stream first = device.createStream();
        Stream second = device.createStream();
        Tensor ones = Tensor.of(first.backend(), new float[] {1}, 1);
        Tensor host = Tensor.pinned(cuda, DType.FLOAT32, 1)) {
      MemorySegment seen = host.segment();
      host.copyFrom(ones);
      second.synchronize();
      assertThat(seen.get(ValueLayout.JAVA_FLOAT, 0)).isZero();
      event.record(first);
      second.waitFor(event);
      event.close(); // who waits goes on waiting
      second.synchronize();
      assertThat(seen.get(ValueLayout.JAVA_FLOAT, 0)).isEqualTo(1);
      event.close(); // does nothing
      assertThatThrownBy(() -> second.waitFor(event)).isInstanceOf(ClosedException.class);
      assertThatThrownBy(() -> event.record(first)).isInstanceOf(ClosedException.class);
      assertThatThrownBy(event::synchronize).isInstanceOf(ClosedException.class);
    }
  }

  /** No call sees a handle that another thread has destroyed: there is a time, or a typed end. */
  @Test
  void closingElsewhereIsNoticed() throws InterruptedException, ExecutionException {
    try (Stream stream = device.createStream();
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      for (int i = 0; i < 2000; i++) {
        Event start = device.createEvent();
        Event end = device.createEvent();
        start.record(stream);
        end.record(stream);
        CyclicBarrier together = new CyclicBarrier(3);
        Future<?> there = threads.submit(() -> timeUntilClosed(together, start, end));
        Future<?> back = threads.submit(() -> timeUntilClosed(together, end, start));
        await(together);
        start.close();
        end.close();
        there.get();
        back.get();
      }
    }
  }

  private static void timeUntilClosed(CyclicBarrier together, Event from, Event to) {
    await(together);
    while (true) {
      try {
        assertThat(to.millisecondsSince(from)).isFinite();
      } catch (ClosedException closed) {
        return;
      }
    }
  }

  private static void await(CyclicBarrier together) {
    try {
      together.await();
    } catch (InterruptedException | BrokenBarrierException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void wrongUsesAreNamed() {
    Stream gone = device.createStream();
    gone.close();
    try (Stream stream = device.createStream();
        Event event = device.createEvent();
        Event other = device.createEvent()) {
      event.synchronize(); // never recorded: nothing to wait for
      stream.waitFor(event);
      assertThatThrownBy(() -> event.millisecondsSince(other))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("never recorded");
      event.record(stream);
      assertThatThrownBy(() -> event.millisecondsSince(other))
          .isInstanceOf(InvalidArgumentException.class);
      assertThatThrownBy(() -> event.record(gone)).isInstanceOf(StreamClosedException.class);
      assertThatThrownBy(() -> gone.waitFor(event)).isInstanceOf(StreamClosedException.class);
      assertThatThrownBy(() -> stream.record(() -> event.record(stream)))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("recording");
      assertThatThrownBy(() -> stream.record(() -> stream.waitFor(event)))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("recording");
      event.record(stream);
      other.record(stream);
      assertThat(other.millisecondsSince(event)).isNotNegative();
    }
  }

  @Test
  @OnEmulatedDevice
  void failuresAreTyped() {
    String before = EmulatedMachine.inventory();
    EmulatedMachine.fail("event", 1, 2);
    assertThatThrownBy(device::createEvent).isInstanceOf(DeviceMemoryException.class);
    EmulatedMachine.reset();
    device.createEvent().close();
    assertThat(EmulatedMachine.inventory()).isEqualTo(before);
  }
}
