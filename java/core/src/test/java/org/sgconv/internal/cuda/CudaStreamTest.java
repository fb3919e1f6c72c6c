package org.sgconv.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.sgconv.Backends;
import org.sgconv.ClosedException;
import org.sgconv.ConvolutionMode;
import org.sgconv.InvalidArgumentException;
import org.sgconv.TensorClosedException;
import org.sgconv.contract.OnEmulatedDevice;
import org.sgconv.conv.Gates;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.device.DeviceMemoryException;
import org.sgconv.device.Recording;
import org.sgconv.device.Stream;
import org.sgconv.device.StreamClosedException;
import org.sgconv.device.WrongDeviceException;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Streams, devices and tensors on them, used rightly and wrongly. */
class CudaStreamTest extends CudaDeviceTest {

  @Test
  void aDeviceIsTheBestBackend() {
    assertThat(Backends.best()).isSameAs(cuda);
    assertThat(Backends.all().getFirst()).isSameAs(cuda);
  }

  @Test
  void tensorsComeBackAsTheyWent() {
    float[] values = {1, -2, Float.MIN_VALUE, 4, 5, Float.MAX_VALUE};
    try (Stream first = device.createStream();
        Stream second = device.createStream();
        Tensor host = Tensor.of(values, 2, 3);
        Tensor there = host.copyTo(first);
        Tensor across = there.copyTo(second);
        Tensor beside = across.copy();
        Tensor row = beside.slice(1);
        Tensor back = beside.toHost()) {
      assertThat(back.toFloatArray()).containsExactly(values);
      assertThat(row.toFloatArray()).containsExactly(4, 5, Float.MAX_VALUE);
      assertThat(across.isOnHost()).isFalse();
      assertThat(across.stream()).contains(second);
      assertThat(back.isOnHost()).isTrue();
      assertThat(across.overlaps(there)).isFalse();
      assertThat(row.overlaps(beside)).isTrue();
    }
  }

  /** More than one piece of the pinned buffer that copies go through. */
  @Test
  void largeTensorsComeBackAsTheyWent() {
    try (Stream stream = device.createStream();
        Tensor host = Tensor.zeros(DType.FLOAT32, 2_500_001)) {
      for (long i = 0; i < host.elementCount(); i++) {
        host.setFlat(i, (double) i);
      }
      try (Tensor there = host.copyTo(stream);
          Tensor back = there.toHost()) {
        assertThat(back.segment().mismatch(host.segment())).isEqualTo(-1);
      }
    }
  }

  @Test
  void elementsOnADeviceAreNotReachedOneByOne() {
    try (Stream stream = device.createStream();
        Tensor there = Tensor.zeros(stream, DType.FLOAT32, 3)) {
      assertThatThrownBy(() -> there.get(0))
          .isInstanceOf(WrongDeviceException.class)
          .hasMessageContaining("toHost()");
      assertThatThrownBy(() -> there.set(1, 0)).isInstanceOf(WrongDeviceException.class);
      assertThatThrownBy(() -> there.fill(1)).isInstanceOf(WrongDeviceException.class);
      assertThatThrownBy(there::segment).isInstanceOf(WrongDeviceException.class);
      assertThat(there.toFloatArray()).containsExactly(0, 0, 0);
    }
  }

  @Test
  void tensorsElsewhereAreNamed() {
    try (Stream mine = device.createStream();
        Stream other = device.createStream();
        LongConvolution convolution =
            LongConvolution.create(mine.backend(), ConvolutionMode.CAUSAL, 1, 2, 9);
        Tensor kernel = Pass.tensor(mine, 1, 1, 2, 9);
        Tensor away = kernel.copyTo(other);
        Tensor host = kernel.toHost();
        KernelSpectrum spectrum = convolution.prepare(kernel)) {
      assertThatThrownBy(() -> convolution.forward(spectrum, away))
          .isInstanceOf(WrongDeviceException.class)
          .hasMessageContaining(other.toString())
          .hasMessageContaining("copyTo");
      assertThatThrownBy(() -> convolution.prepare(host)).isInstanceOf(WrongDeviceException.class);
      try (LongConvolution reference =
          LongConvolution.create(
              Backends.reference(), ConvolutionMode.CAUSAL, 1, 2, 9, DType.FLOAT32)) {
        assertThatThrownBy(() -> reference.prepare(kernel))
            .isInstanceOf(WrongDeviceException.class)
            .hasMessageContaining("toHost()");
      }
    }
  }

  @Test
  void closedThingsSaySo() {
    Stream stream = device.createStream();
    Tensor tensor = Tensor.zeros(stream, DType.FLOAT32, 4);
    assertThatThrownBy(stream::close)
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("1 open");
    tensor.close();
    assertThatThrownBy(tensor::toHost).isInstanceOf(TensorClosedException.class);
    tensor.close(); // does nothing
    stream.close();
    assertThat(stream.isClosed()).isTrue();
    stream.close(); // does nothing
    assertThatThrownBy(stream::synchronize).isInstanceOf(StreamClosedException.class);
    assertThatThrownBy(() -> Tensor.zeros(stream, DType.FLOAT32, 4))
        .isInstanceOf(StreamClosedException.class);
    assertThatThrownBy(() -> device.defaultStream().close())
        .isInstanceOf(InvalidArgumentException.class);
  }

  @Test
  @OnEmulatedDevice
  void warmPassesAllocateNothingAndMakeNoPlan() {
    try (Stream stream = device.createStream();
        LongConvolution convolution =
            LongConvolution.create(stream.backend(), ConvolutionMode.CAUSAL, 2, 2, 40);
        Tensor kernel = Pass.tensor(stream, 1, 2, 2, 40);
        KernelSpectrum spectrum = convolution.prepare(kernel);
        Tensor u = Pass.tensor(stream, 2, 3, 2, 40);
        Tensor y = convolution.forward(spectrum, u)) {
      long allocations = EmulatedMachine.count("allocation");
      long plans = EmulatedMachine.count("plan");
      convolution.forward(spectrum, u, Gates.none(), y);
      assertThat(EmulatedMachine.count("allocation")).isEqualTo(allocations);
      assertThat(EmulatedMachine.count("plan")).isEqualTo(plans);
    }
  }

  @Test
  void recordingsReplayTheirWork() {
    try (Stream stream = device.createStream();
        LongConvolution convolution =
            LongConvolution.create(stream.backend(), ConvolutionMode.CAUSAL, 2, 2, 40);
        Tensor kernel = Pass.tensor(stream, 1, 2, 2, 40);
        KernelSpectrum spectrum = convolution.prepare(kernel);
        Tensor first = Pass.tensor(stream, 2, 3, 2, 40);
        Tensor second = Pass.tensor(stream, 3, 3, 2, 40);
        Tensor expected = convolution.forward(spectrum, second);
        Tensor y = Tensor.zeros(stream, DType.FLOAT32, 3, 4, 40)) {
      Tensor u = first.copy();
      convolution.forward(spectrum, u, Gates.none(), y);
      try (Recording recording =
          stream.record(() -> convolution.forward(spectrum, u, Gates.none(), y))) {
        u.copyFrom(second);
        recording.replay();
        assertThat(y.toFloatArray()).containsExactly(expected.toFloatArray());
        u.close();
        assertThatThrownBy(recording::replay).isInstanceOf(ClosedException.class);
      }
      assertThatThrownBy(() -> stream.record(() -> convolution.forward(spectrum, first).close()))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("recording");
      convolution.forward(spectrum, second, Gates.none(), y);
      assertThat(y.toFloatArray()).containsExactly(expected.toFloatArray());
    }
  }

  /** The host's copy sees all work submitted before, without asking for it. */
  @Test
  void copiesToTheHostWaitForTheWork() {
    try (Stream stream = device.createStream()) {
      double once = Pass.run(stream);
      for (int i = 0; i < 5; i++) {
        assertThat(Pass.run(stream)).isEqualTo(once);
      }
    }
  }

  /** Rows are worked on in parts, within the limit. */
  @Test
  @ExtendWith(CufftPath.class)
  void limitsOfTheWorkspaceAreKept() {
    long rowBytes = 2048 * 2 * Float.BYTES;
    System.setProperty(WorkspaceLimit.PROPERTY, String.valueOf(10 * rowBytes));
    try (Stream limited = device.createStream();
        LongConvolution convolution =
            LongConvolution.create(limited.backend(), ConvolutionMode.CIRCULAR, 1, 6, 2048)) {
      System.clearProperty(WorkspaceLimit.PROPERTY);
      try (Stream free = device.createStream();
          LongConvolution whole =
              LongConvolution.create(free.backend(), ConvolutionMode.CIRCULAR, 1, 6, 2048);
          Tensor freeKernel = Pass.tensor(free, 1, 1, 6, 2048);
          Tensor freeSignal = Pass.tensor(free, 2, 3, 6, 2048);
          KernelSpectrum freeSpectrum = whole.prepare(freeKernel);
          Tensor expected = whole.forward(freeSpectrum, freeSignal);
          Tensor kernel = freeKernel.copyTo(limited);
          Tensor u = freeSignal.copyTo(limited)) {
        long before = device.allocatedBytes();
        try (KernelSpectrum spectrum = convolution.prepare(kernel);
            Tensor y = convolution.forward(spectrum, u)) {
          assertThat(device.allocatedBytes() - before - spectrum.byteSize() - y.byteSize())
              .isPositive()
              .isLessThanOrEqualTo(10 * rowBytes);
          assertThat(Pass.relativeError(expected.toFloatArray(), y.toFloatArray()))
              .isLessThanOrEqualTo(1e-6);
        }
      }
    } finally {
      System.clearProperty(WorkspaceLimit.PROPERTY);
    }
  }

  /**
   * The same bits from parts as small as they get. Of a real cuFFT that cannot be asked: its
   * transforms may differ with the number of rows.
   */
  @Test
  @ExtendWith(CufftPath.class)
  @OnEmulatedDevice
  void resultsDoNotDependOnTheParts() {
    double whole;
    try (Stream stream = device.createStream()) {
      whole = Pass.run(stream);
    }
    for (long limit : new long[] {5_000, 8_000, 20_000, 40_000}) {
      System.setProperty(WorkspaceLimit.PROPERTY, String.valueOf(limit));
      try (Stream stream = device.createStream()) {
        assertThat(Pass.run(stream)).as("limit %d", limit).isEqualTo(whole);
      } finally {
        System.clearProperty(WorkspaceLimit.PROPERTY);
      }
    }
  }

  /** Fused rows go through backward in parts too: the same bits, or an exception that says why. */
  @Test
  void fusedResultsDoNotDependOnTheParts() {
    double whole;
    try (Stream stream = device.createStream()) {
      whole = Pass.run(stream);
    }
    for (long limit : new long[] {25_000, 50_000}) {
      assertThat(limited(limit)).as("limit %d", limit).isEqualTo(whole);
    }
    assertThatThrownBy(() -> limited(5_000))
        .isInstanceOf(DeviceMemoryException.class)
        .hasMessageContaining(WorkspaceLimit.PROPERTY);
  }

  /** Rows beyond a block go through forward in parts as well. */
  @Test
  void longFusedResultsDoNotDependOnTheParts() {
    double whole;
    try (Stream stream = device.createStream()) {
      whole = Pass.run(stream, 2, 2, 17_000);
    }
    for (long limit : new long[] {1_500_000, 3_000_000}) {
      assertThat(limited(limit, 2, 2, 17_000)).as("limit %d", limit).isEqualTo(whole);
    }
    assertThatThrownBy(() -> limited(100_000, 2, 2, 17_000))
        .isInstanceOf(DeviceMemoryException.class)
        .hasMessageContaining(WorkspaceLimit.PROPERTY);
  }

  private double limited(long limit) {
    return limited(limit, 3, 3, 50);
  }

  private double limited(long limit, int batch, int hidden, long length) {
    System.setProperty(WorkspaceLimit.PROPERTY, String.valueOf(limit));
    try (Stream stream = device.createStream()) {
      return Pass.run(stream, batch, hidden, length);
    } finally {
      System.clearProperty(WorkspaceLimit.PROPERTY);
    }
  }
}
