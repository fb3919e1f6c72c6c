package org.sgconv.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sgconv.ClosedException;
import org.sgconv.ConvolutionMode;
import org.sgconv.InvalidArgumentException;
import org.sgconv.contract.CudaDevice;
import org.sgconv.contract.OnCudaDevice;
import org.sgconv.contract.OnEmulatedDevice;
import org.sgconv.conv.Gates;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.device.Device;
import org.sgconv.device.DeviceLostException;
import org.sgconv.device.Recording;
import org.sgconv.device.Stream;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** What recordings hold, what they refuse, and that a stream survives what fails in them. */
@OnCudaDevice
class CudaRecordingTest {

  private final long openBefore = Tensor.openCount();
  private Device device;
  private Stream stream;

  @BeforeEach
  void open() {
    device = Device.all(CudaDevice.backend()).getFirst();
    stream = device.createStream();
  }

  @AfterEach
  void nothingLeaks() {
    if (stream != null) {
      stream.close();
      assertThat(Tensor.openCount()).isEqualTo(openBefore);
    }
  }

  @Test
  void recordedCopiesHoldTheirTensors() {
    try (Tensor source = Pass.tensor(stream, 1, 40)) {
      Tensor target = Tensor.zeros(stream, DType.FLOAT32, 40);
      try (Recording recording = stream.record(() -> target.copyFrom(source))) {
        recording.replay();
        assertThat(target.toFloatArray()).containsExactly(source.toFloatArray());
        target.close();
        assertThatThrownBy(recording::replay)
            .isInstanceOf(ClosedException.class)
            .hasMessageContaining("record the work again");
      }
    }
  }

  @Test
  void recordedCopiesHoldWhatTheyCopyFrom() {
    try (Tensor target = Tensor.zeros(stream, DType.FLOAT32, 40)) {
      Tensor source = Pass.tensor(stream, 1, 40);
      try (Recording recording = stream.record(() -> target.copyFrom(source))) {
        source.close();
        assertThatThrownBy(recording::replay).isInstanceOf(ClosedException.class);
      }
    }
  }

  /** A tensor that another thread is closing is closed already: nobody waits for that thread. */
  @Test
  @Timeout(60)
  void recordingsDoNotWaitForWhoClosesTheirTensors() throws Exception {
    try (Tensor target = Tensor.zeros(stream, DType.FLOAT32, 40);
        Tensor source = Pass.tensor(stream, 1, 40)) {
      Tensor closing = Tensor.zeros(stream, DType.FLOAT32, 40);
      Thread closer = new Thread(closing::close);
      closer.setDaemon(true);
      AtomicBoolean closed = new AtomicBoolean();
      Runnable work =
          () -> {
            target.copyFrom(source);
            closer.start();
            while (closer.getState() != Thread.State.WAITING) { // for the stream's lock
              Thread.onSpinWait();
            }
            closing.close();
            closed.set(closing.isClosed());
          };
      stream.record(work).close();
      closer.join();
      assertThat(closed).isTrue();
      assertThat(closing.isClosed()).isTrue();
    }
  }

  @Test
  void copiesBetweenStreamsAreNotRecorded() {
    try (Stream other = device.createStream();
        Tensor here = Pass.tensor(stream, 1, 4);
        Tensor there = Tensor.zeros(other, DType.FLOAT32, 4)) {
      for (Runnable work :
          new Runnable[] {() -> there.copyFrom(here), () -> here.copyFrom(there)}) {
        assertThatThrownBy(() -> stream.record(work))
            .isInstanceOf(InvalidArgumentException.class)
            .hasMessageContaining("copies between streams");
      }
      there.copyFrom(here);
      assertThat(there.toFloatArray()).containsExactly(here.toFloatArray());
    }
  }

  /**
   * Closes nothing unless both threads ended: what a deadlock holds could not be closed. The other
   * thread waits for a lock when the recorded work calls the convolution.
   */
  @Test
  @Timeout(60)
  void recordingsAndPreparationsDoNotWaitForEachOther() throws Exception {
    Stream mine = device.createStream();
    LongConvolution convolution =
        LongConvolution.create(mine.backend(), ConvolutionMode.CAUSAL, 2, 2, 40);
    Tensor kernel = Pass.tensor(mine, 1, 2, 2, 40);
    KernelSpectrum spectrum = convolution.prepare(kernel);
    Tensor u = Pass.tensor(mine, 2, 3, 2, 40);
    Tensor y = convolution.forward(spectrum, u);
    CountDownLatch recording = new CountDownLatch(1);
    CountDownLatch awake = new CountDownLatch(1);
    Thread preparing =
        new Thread(
            () -> {
              try {
                recording.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              awake.countDown();
              spectrum.prepare(kernel);
            });
    AtomicReference<Recording> recorded = new AtomicReference<>();
    Thread recorder =
        new Thread(
            () ->
                recorded.set(
                    mine.record(
                        () -> {
                          recording.countDown();
                          while (preparing.isAlive()
                              && (awake.getCount() > 0
                                  || preparing.getState() != Thread.State.WAITING)) {
                            Thread.onSpinWait();
                          }
                          convolution.forward(spectrum, u, Gates.none(), y);
                        })));
    for (Thread each : new Thread[] {preparing, recorder}) {
      each.setDaemon(true);
      each.start();
    }
    recorder.join(20_000);
    preparing.join(20_000);
    assertThat(recorder.isAlive() || preparing.isAlive()).as("deadlock").isFalse();
    recorded.get().replay();
    recorded.get().close();
    convolution.close();
    Tensor.closeAll(kernel, u, y);
    mine.close();
  }

  /** Whatever closing is recorded is refused, and can be closed afterwards. */
  @Test
  void nothingIsLostThatARecordingCloses() {
    long bytes = device.allocatedBytes();
    LongConvolution convolution =
        LongConvolution.create(stream.backend(), ConvolutionMode.CAUSAL, 2, 2, 40);
    Tensor kernel = Pass.tensor(stream, 1, 2, 2, 40);
    KernelSpectrum spectrum = convolution.prepare(kernel);
    Tensor u = Pass.tensor(stream, 2, 3, 2, 40);
    Tensor y = convolution.forward(spectrum, u);
    float[] expected = y.toFloatArray();
    long workspace = device.allocatedBytes() - bytes;
    for (AutoCloseable each :
        new AutoCloseable[] {u, spectrum, convolution, stream, () -> Tensor.closeAll(u, kernel)}) {
      assertThatThrownBy(
              () ->
                  stream.record(
                      () -> {
                        convolution.forward(spectrum, u, Gates.none(), y);
                        closeUnchecked(each);
                      }))
          .as("%s", each)
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("a recording on " + stream);
      assertThat(stream.isClosed() || u.isClosed() || kernel.isClosed()).isFalse();
      convolution.forward(spectrum, u, Gates.none(), y);
      assertThat(y.toFloatArray()).containsExactly(expected);
    }
    long held = u.byteSize() + y.byteSize() + kernel.byteSize() + spectrum.byteSize();
    spectrum.close();
    spectrum.close();
    convolution.close();
    Tensor.closeAll(kernel, u, y);
    assertThat(device.allocatedBytes() - bytes).isEqualTo(workspace - held);
    stream.close();
    assertThat(device.allocatedBytes()).isEqualTo(bytes);
    stream = device.createStream();
  }

  @Test
  void errorsEndARecording() {
    AssertionError error = new AssertionError("of the test");
    try (LongConvolution convolution =
            LongConvolution.create(stream.backend(), ConvolutionMode.CAUSAL, 2, 2, 40);
        Tensor kernel = Pass.tensor(stream, 1, 2, 2, 40);
        KernelSpectrum spectrum = convolution.prepare(kernel);
        Tensor u = Pass.tensor(stream, 2, 3, 2, 40);
        Tensor y = convolution.forward(spectrum, u);
        Tensor zeros = Tensor.zeros(stream, DType.FLOAT32, 3, 4, 40)) {
      float[] expected = y.toFloatArray();
      assertThatThrownBy(
              () ->
                  stream.record(
                      () -> {
                        convolution.forward(spectrum, u, Gates.none(), y);
                        throw error;
                      }))
          .isSameAs(error);
      Pass.run(stream); // allocates, and waits
      try (Recording recording =
          stream.record(() -> convolution.forward(spectrum, u, Gates.none(), y))) {
        y.copyFrom(zeros);
        recording.replay();
        assertThat(y.toFloatArray()).containsExactly(expected);
      }
    }
  }

  /** Of the kinds that our own calls would be worded anew for. */
  @Test
  void aProgramGetsItsOwnExceptionBack() {
    for (RuntimeException own :
        new RuntimeException[] {
          new IllegalStateException("mine"), new IllegalArgumentException("mine")
        }) {
      assertThatThrownBy(
              () ->
                  stream.record(
                      () -> {
                        throw own;
                      }))
          .isSameAs(own);
    }
    Pass.run(stream);
  }

  @Test
  @OnEmulatedDevice
  void failedRecordingsLeaveNothing() {
    try (Tensor source = Pass.tensor(stream, 1, 40);
        Tensor target = Tensor.zeros(stream, DType.FLOAT32, 40)) {
      stream.synchronize();
      String before = EmulatedMachine.inventory();
      for (Error failure : new Error[] {new AssertionError(), new InternalError()}) {
        assertThatThrownBy(
                () ->
                    stream.record(
                        () -> {
                          target.copyFrom(source);
                          throw failure;
                        }))
            .isSameAs(failure);
        assertThat(EmulatedMachine.inventory()).isEqualTo(before);
      }
      stream.record(() -> target.copyFrom(source)).close();
      assertThat(EmulatedMachine.inventory()).isEqualTo(before);
    }
  }

  /** A recording in a recording would use what only the inner one knows of. */
  @Test
  void recordingsAreNotRecorded() {
    try (Tensor source = Pass.tensor(stream, 1, 40);
        Tensor target = Tensor.zeros(stream, DType.FLOAT32, 40);
        Recording inner = stream.record(() -> target.copyFrom(source))) {
      for (Runnable work : new Runnable[] {inner::replay, inner::close}) {
        assertThatThrownBy(() -> stream.record(work))
            .isInstanceOf(InvalidArgumentException.class)
            .hasMessageContaining("another");
      }
      inner.replay();
      assertThat(target.toFloatArray()).containsExactly(source.toFloatArray());
    }
  }

  @Test
  void recordingsCloseOnce() {
    Recording recording = stream.record(() -> {});
    recording.close();
    recording.close(); // does nothing
    assertThatThrownBy(recording::replay).isInstanceOf(ClosedException.class);
  }

  /** One that cannot be closed keeps no other open. */
  @Test
  void closingGoesOn() {
    Tensor first = Tensor.zeros(stream, DType.FLOAT32, 4);
    Tensor second = Tensor.zeros(stream, DType.FLOAT32, 4);
    Tensor host = Tensor.zeros(DType.FLOAT32, 4);
    assertThatThrownBy(() -> stream.record(() -> Tensor.closeAll(first, second, host)))
        .isInstanceOf(InvalidArgumentException.class)
        .satisfies(failure -> assertThat(failure.getSuppressed()).hasSize(1));
    assertThat(host.isClosed()).isTrue();
    Tensor.closeAll(first, second, host);
    assertThat(first.isClosed() && second.isClosed()).isTrue();
  }

  @Test
  @OnEmulatedDevice
  void recordingsOfALostDeviceAreClosed() {
    long executables = EmulatedMachine.live("executable");
    Stream lost = device.createStream();
    Tensor tensor = Pass.tensor(lost, 1, 40);
    Tensor copy = Tensor.zeros(lost, DType.FLOAT32, 40);
    Recording recording = lost.record(() -> copy.copyFrom(tensor));
    try {
      EmulatedMachine.fail("launch", 1, 700);
      assertThatThrownBy(() -> Pass.run(lost)).isInstanceOf(DeviceLostException.class);
      recording.close();
      recording.close(); // does nothing
      Tensor.closeAll(tensor, copy);
    } finally {
      EmulatedMachine.reset();
    }
    lost.close(); // nothing is open any more
    assertThat(EmulatedMachine.live("executable")).isEqualTo(executables);
  }

  private static void closeUnchecked(AutoCloseable resource) {
    try {
      resource.close();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
