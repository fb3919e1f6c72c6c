package org.sgconv.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sgconv.ClosedException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.contract.CudaDevice;
import org.sgconv.contract.OnCudaDevice;
import org.sgconv.device.Device;
import org.sgconv.device.Stream;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * A recording, which holds its stream, asks for the norm of parameters, or closes them, while
 * another thread works on them and waits for the stream. Neither may wait for the other. Nothing is
 * closed where both do: what a deadlock holds could not be.
 */
@OnCudaDevice
class CudaNormLockTest {

  private Device device;
  private Stream stream;
  private KernelParameters parameters;
  private Tensor kernel;
  private KernelSynthesis synthesis;

  @BeforeEach
  void open() {
    device = Device.all(CudaDevice.backend()).getFirst();
    stream = device.createStream();
    KernelSpec spec = KernelSpec.builder().hidden(2).kernelDim(4).scales(3).build();
    parameters = KernelParameters.random(stream.backend(), spec, DType.FLOAT32, 1);
    kernel = Tensor.zeros(stream, DType.FLOAT32, 1, 2, 10);
    synthesis = KernelSynthesis.on(stream.backend());
  }

  @Test
  @Timeout(60)
  void takingTheNormWaitsForARecordingThatCloses() throws InterruptedException {
    Throwable refusal = recordWhile(() -> synthesis.norm(parameters), parameters::close);
    assertThat(refusal)
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("close it before or after");
    assertThat(parameters.norm()).isPresent();
    parameters.close();
    kernel.close();
    stream.close();
  }

  @Test
  @Timeout(60)
  void movingWaitsForARecordingThatWantsTheNorm() throws InterruptedException {
    AtomicReference<@Nullable KernelParameters> moved = new AtomicReference<>();
    try (Stream other = device.createStream()) {
      Throwable refusal =
          recordWhile(() -> moved.set(parameters.moveTo(other.backend())), this::synthesize);
      assertThat(refusal).isInstanceOfAny(InvalidArgumentException.class, ClosedException.class);
      assertThat(parameters.isClosed()).isTrue();
      moved.get().close();
      kernel.close();
      stream.close();
    }
  }

  @Test
  @Timeout(60)
  void takingTheNormWaitsForARecordingThatWantsIt() throws InterruptedException {
    Throwable refusal = recordWhile(() -> synthesis.norm(parameters), this::synthesize);
    assertThat(refusal).isInstanceOf(InvalidArgumentException.class);
    assertThat(parameters.norm()).isPresent();
    parameters.close();
    kernel.close();
    stream.close();
  }

  private void synthesize() {
    synthesis.forward(parameters, kernel);
  }

  /** Fails if both threads are stuck; returns what the recording threw. */
  private Throwable recordWhile(Runnable action, Runnable work) throws InterruptedException {
    CountDownLatch recording = new CountDownLatch(1);
    CountDownLatch awake = new CountDownLatch(1);
    AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
    Thread acting =
        new Thread(
            () -> {
              try {
                recording.await();
                awake.countDown();
                action.run();
              } catch (InterruptedException | RuntimeException e) {
                failed.set(e);
              }
            });
    AtomicReference<@Nullable Throwable> refused = new AtomicReference<>();
    Thread recorder =
        new Thread(
            () -> {
              try {
                stream.record(
                    () -> {
                      recording.countDown();
                      awaitWaiting(acting, awake);
                      work.run();
                    });
              } catch (RuntimeException e) {
                refused.set(e);
              }
            });
    for (Thread each : new Thread[] {acting, recorder}) {
      each.setDaemon(true);
      each.start();
    }
    recorder.join(TimeUnit.SECONDS.toMillis(20));
    acting.join(TimeUnit.SECONDS.toMillis(20));
    assertThat(recorder.isAlive() || acting.isAlive()).as("deadlock").isFalse();
    assertThat(failed.get()).isNull();
    return refused.get();
  }

  private static void awaitWaiting(Thread thread, CountDownLatch awake) {
    while (thread.isAlive()
        && (awake.getCount() > 0 || thread.getState() != Thread.State.WAITING)) {
      Thread.onSpinWait();
    }
  }
}
