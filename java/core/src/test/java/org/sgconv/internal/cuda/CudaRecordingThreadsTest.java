package org.sgconv.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sgconv.BackendFailureException;
import org.sgconv.contract.OnEmulatedDevice;
import org.sgconv.device.Recording;
import org.sgconv.device.Stream;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Recordings on virtual threads, and streams whose recording could not be ended. */
class CudaRecordingThreadsTest extends CudaDeviceTest {

  /** CUDA's error where a capture is ended by another thread of the operating system. */
  private static final int WRONG_THREAD = 908;

  private static final int INVALIDATED = 901;

  /** A virtual thread that waits in its recording goes on where there is room. */
  @Test
  @Timeout(60)
  void aVirtualThreadMayWaitWhileItRecords() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<Thread> others = new ArrayList<>();
    for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
      others.add(Thread.ofVirtual().start(() -> keepBusy(over, failure)));
    }
    Thread recorder =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    recordWithWaits();
                  } catch (Throwable e) {
                    failure.compareAndSet(null, e);
                  }
                });
    recorder.join();
    over.set(true);
    for (Thread other : others) {
      other.join();
    }
    assertThat(failure.get()).isNull();
  }

  /** Takes turns, and makes calls that a capture of its thread would forbid. */
  private void keepBusy(AtomicBoolean over, AtomicReference<Throwable> failure) {
    try {
      while (!over.get()) {
        device.defaultStream().backend().provider().allocatePinned("a test", 4).free();
        long end = System.nanoTime() + 1_000_000;
        while (System.nanoTime() < end) {
          Thread.onSpinWait();
        }
        sleep();
      }
    } catch (Throwable e) {
      failure.compareAndSet(null, e);
    }
  }

  private void recordWithWaits() throws InterruptedException {
    try (Stream stream = device.createStream();
        Tensor one = Pass.tensor(stream, 1, 40);
        Tensor two = Pass.tensor(stream, 2, 40);
        Tensor first = Tensor.zeros(stream, DType.FLOAT32, 40);
        Tensor second = Tensor.zeros(stream, DType.FLOAT32, 40);
        Tensor zeros = Tensor.zeros(stream, DType.FLOAT32, 40)) {
      for (int i = 0; i < 12; i++) {
        Runnable work =
            () -> {
              first.copyFrom(one);
              sleep();
              second.copyFrom(two);
            };
        try (Recording recording = stream.record(work)) {
          assertThat(first.toFloatArray()).as("recorded, not done").containsOnly(0);
          recording.replay();
          assertThat(first.toFloatArray()).containsExactly(one.toFloatArray());
          assertThat(second.toFloatArray()).containsExactly(two.toFloatArray());
        }
        first.copyFrom(zeros);
        second.copyFrom(zeros);
      }
    }
  }

  private static void sleep() {
    try {
      Thread.sleep(Duration.ofMillis(1));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  @OnEmulatedDevice
  void aRecordingThatCannotBeEndedLeavesItsStreamUsable() {
    try (Stream stream = device.createStream();
        Tensor source = Pass.tensor(stream, 1, 40);
        Tensor target = Tensor.zeros(stream, DType.FLOAT32, 40)) {
      stream.synchronize();
      String before = EmulatedMachine.inventory();
      for (int error : new int[] {WRONG_THREAD, INVALIDATED}) {
        EmulatedMachine.fail("capture", 1, error);
        assertThatThrownBy(() -> stream.record(() -> target.copyFrom(source)))
            .isInstanceOf(BackendFailureException.class)
            .hasMessageContaining("a recording on " + stream)
            .hasMessageContaining("cudaStreamEndCapture")
            .hasMessageContaining("error " + error);
        assertThat(EmulatedMachine.inventory()).isEqualTo(before);
        assertThat(target.toFloatArray()).containsOnly(0);
      }
      target.copyFrom(source);
      assertThat(target.toFloatArray()).containsExactly(source.toFloatArray());
      try (Recording recording = stream.record(() -> target.copyFrom(source))) {
        recording.replay();
      }
    } finally {
      EmulatedMachine.reset();
    }
  }

  /** What would be recorded instead of done is refused, until the recording has been ended. */
  @Test
  @OnEmulatedDevice
  void nothingThatWasNotDoneReportsSuccess() {
    try (Stream stream = device.createStream();
        Tensor source = Pass.tensor(stream, 1, 40);
        Tensor target = Tensor.zeros(stream, DType.FLOAT32, 40)) {
      for (int n = 1; n <= 4; n++) {
        EmulatedMachine.fail("capture", n, WRONG_THREAD);
      }
      Runnable[] calls = {
        () -> stream.record(() -> target.copyFrom(source)),
        () -> target.copyFrom(source),
        stream::synchronize
      };
      for (Runnable call : calls) {
        assertThatThrownBy(call::run)
            .isInstanceOf(BackendFailureException.class)
            .hasMessageContaining("cudaStreamEndCapture");
      }
      target.copyFrom(source);
      assertThat(target.toFloatArray()).containsExactly(source.toFloatArray());
    } finally {
      EmulatedMachine.reset();
    }
  }
}
