package org.sgconv.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.sgconv.Backend;
import org.sgconv.ConvolutionMode;
import org.sgconv.InvalidArgumentException;
import org.sgconv.contract.CudaDevice;
import org.sgconv.contract.OnEmulatedDevice;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.device.Device;
import org.sgconv.device.DeviceLostException;
import org.sgconv.device.DeviceMemoryException;
import org.sgconv.device.Event;
import org.sgconv.device.Stream;
import org.sgconv.device.WrongDeviceException;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Two devices: everything of the one is apart from everything of the other. */
@OnEmulatedDevice
class EmulatedDevicesTest {

  private final long openBefore = Tensor.openCount();
  private Device first;
  private Device second;
  private Stream mine;
  private Stream other;

  @BeforeEach
  void open() {
    Backend cuda = CudaDevice.backend();
    assertThat(Device.all(cuda)).hasSize(2);
    first = Device.all(cuda).getFirst();
    second = Device.all(cuda).getLast();
    mine = first.createStream();
    other = second.createStream();
  }

  @AfterEach
  void nothingLeaks() {
    if (mine != null && other != null) {
      mine.close();
      other.close();
      assertThat(Tensor.openCount()).isEqualTo(openBefore);
    }
  }

  @Test
  void devicesAreChosenByTheirStreams() {
    assertThat(first.ordinal()).isZero();
    assertThat(second.ordinal()).isEqualTo(1);
    assertThat(second.name()).contains("CUDA device 1").isNotEqualTo(first.name());
    assertThat(Stream.of(CudaDevice.backend()).device()).isSameAs(first);
    assertThat(second.defaultStream().device()).isSameAs(second);
    assertThat(Stream.of(other.backend())).isSameAs(other);
    assertThat(Device.all(other.backend())).containsExactly(first, second);
    assertThat(Pass.run(other)).isEqualTo(Pass.run(mine));
  }

  /** A pass takes plans, workspace and tensors of its own device alone. */
  @Test
  @ExtendWith(CufftPath.class)
  void memoryAndPlansAreApart() {
    long firstBytes = first.allocatedBytes();
    long secondBytes = second.allocatedBytes();
    long plans = EmulatedMachine.count("plan");
    Pass.run(mine);
    long plansOfAPass = EmulatedMachine.count("plan") - plans;
    assertThat(plansOfAPass).isPositive();
    assertThat(first.allocatedBytes()).as("the workspace").isGreaterThan(firstBytes);
    assertThat(second.allocatedBytes()).isEqualTo(secondBytes);

    firstBytes = first.allocatedBytes();
    long firstCount = first.allocationCount();
    plans = EmulatedMachine.count("plan");
    Pass.run(other);
    assertThat(EmulatedMachine.count("plan") - plans).isEqualTo(plansOfAPass);
    assertThat(second.allocatedBytes()).as("the workspace").isGreaterThan(secondBytes);
    assertThat(first.allocatedBytes()).isEqualTo(firstBytes);
    assertThat(first.allocationCount()).isEqualTo(firstCount);
  }

  @Test
  void budgetsAreApart() {
    try (Tensor large = Tensor.zeros(mine, DType.FLOAT32, 1 << 20)) {
      assertThat(first.allocatedBytes()).isGreaterThanOrEqualTo(large.byteSize());
      assertThat(second.allocatedBytes()).isLessThan(large.byteSize());
      // What is left of the first device's budget, and a byte more: the second has that much.
      long bytes = first.memoryBudget() - first.allocatedBytes() + 1;
      assertThat(bytes).isLessThan(second.memoryBudget() - second.allocatedBytes());
      assertThatThrownBy(() -> mine.backend().provider().allocate("a test", bytes))
          .isInstanceOf(DeviceMemoryException.class)
          .hasMessageContaining("cuda:0")
          .hasMessageContaining("budget");
      assertThatThrownBy(
              () -> other.backend().provider().allocate("a test", second.memoryBudget() + 1))
          .isInstanceOf(DeviceMemoryException.class)
          .hasMessageContaining("cuda:1");
    }
  }

  @Test
  void whatBelongsToAnotherDeviceIsNamed() {
    try (LongConvolution convolution =
            LongConvolution.create(mine.backend(), ConvolutionMode.CAUSAL, 1, 2, 9);
        Tensor kernel = Pass.tensor(mine, 1, 1, 2, 9);
        Tensor away = kernel.copyTo(other);
        KernelSpectrum spectrum = convolution.prepare(kernel);
        Event event = second.createEvent();
        Event near = first.createEvent()) {
      assertThatThrownBy(() -> convolution.forward(spectrum, away))
          .isInstanceOf(WrongDeviceException.class)
          .hasMessageContaining(other.toString())
          .hasMessageContaining(mine.toString())
          .hasMessageContaining("moveTo");
      assertThatThrownBy(() -> convolution.prepare(away)).isInstanceOf(WrongDeviceException.class);
      assertThat(away.isOn(mine.backend())).isFalse();
      assertThatThrownBy(() -> event.record(mine))
          .isInstanceOf(WrongDeviceException.class)
          .hasMessageContaining("cuda:0")
          .hasMessageContaining("cuda:1");
      near.record(mine);
      event.record(other);
      assertThatThrownBy(() -> event.millisecondsSince(near))
          .isInstanceOf(WrongDeviceException.class);
    }
    try (LongConvolution convolution =
            LongConvolution.create(other.backend(), ConvolutionMode.CAUSAL, 1, 2, 9);
        Tensor moved = Pass.tensor(mine, 1, 1, 2, 9).moveTo(other.backend());
        KernelSpectrum spectrum = convolution.prepare(moved)) {
      assertThat(spectrum.byteSize()).isPositive();
    }
  }

  @Test
  void tensorsGoFromDeviceToDevice() {
    try (Tensor here = Pass.tensor(mine, 1, 1000);
        Tensor there = here.copyTo(other);
        Tensor back = Tensor.zeros(mine, DType.FLOAT32, 1000);
        Tensor pinned = Tensor.pinned(mine.backend(), DType.FLOAT32, 1000);
        Tensor again = Tensor.zeros(other, DType.FLOAT32, 1000)) {
      float[] values = here.toFloatArray();
      assertThat(there.stream()).contains(other);
      assertThat(there.toFloatArray()).isEqualTo(values);
      back.copyFrom(there);
      assertThat(back.toFloatArray()).isEqualTo(values);
      pinned.copyFrom(here); // submitted on one device
      again.copyFrom(pinned); // submitted on the other, after it
      assertThat(again.toFloatArray()).isEqualTo(values);
    }
  }

  /** Copies in opposite directions do not wait for each other. */
  @Test
  void copiesBothWaysEnd() throws InterruptedException, ExecutionException, TimeoutException {
    try (Tensor here = Pass.tensor(mine, 1, 5000);
        Tensor there = here.copyTo(other);
        Tensor intoHere = here.copy();
        Tensor intoThere = there.copy();
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Future<?> one = threads.submit(() -> repeat(() -> intoThere.copyFrom(here)));
      Future<?> two = threads.submit(() -> repeat(() -> intoHere.copyFrom(there)));
      one.get(30, TimeUnit.SECONDS);
      two.get(30, TimeUnit.SECONDS);
      assertThat(intoHere.toFloatArray()).isEqualTo(intoThere.toFloatArray());
    }
  }

  private static void repeat(Runnable work) {
    for (int i = 0; i < 200; i++) {
      work.run();
    }
  }

  @Test
  void streamsWaitForEventsOfOtherDevices() {
    try (Event event = first.createEvent();
        Tensor ones = Tensor.of(mine.backend(), new float[] {1}, 1);
        Tensor host = Tensor.pinned(mine.backend(), DType.FLOAT32, 1)) {
      var seen = host.segment();
      host.copyFrom(ones);
      event.record(mine);
      other.waitFor(event);
      other.synchronize();
      assertThat(seen.get(java.lang.foreign.ValueLayout.JAVA_FLOAT, 0)).isEqualTo(1);
    }
  }

  @Test
  void whatIsOpenKeepsItsStreamOpen() {
    try (Tensor tensor = Tensor.zeros(other, DType.FLOAT32, 4)) {
      assertThatThrownBy(other::close)
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("1 open");
      assertThat(tensor.isClosed()).isFalse();
    }
  }

  /** An illegal address on one device ends the use of that one. */
  @Test
  void aLostDeviceIsAlone() {
    double expected = Pass.run(mine);
    try {
      EmulatedMachine.fail("launch", 1, 700);
      assertThatThrownBy(() -> Pass.run(other)).isInstanceOf(DeviceLostException.class);
      assertThatThrownBy(() -> Pass.run(other)).isInstanceOf(DeviceLostException.class);
      assertThat(Pass.run(mine)).isEqualTo(expected);
    } finally {
      EmulatedMachine.reset();
    }
    assertThat(Pass.run(other)).isEqualTo(expected);
  }

  /** The copies of the other device are waited for, although the first in line was lost. */
  @Test
  void aLostDeviceHidesNoCopies() {
    Pass.run(mine); // what a stream keeps for its copies is there
    Pass.run(other);
    long events = EmulatedMachine.live("event");
    Tensor host = Tensor.pinned(mine.backend(), DType.FLOAT32, 3);
    host.copyFrom(new float[] {1, 2, 3});
    Tensor away = Tensor.zeros(other, DType.FLOAT32, 3);
    try (Tensor near = Tensor.zeros(mine, DType.FLOAT32, 3)) {
      away.copyFrom(host);
      near.copyFrom(host);
      EmulatedMachine.fail("launch", 1, 700);
      assertThatThrownBy(() -> Pass.run(other)).isInstanceOf(DeviceLostException.class);
      long waits = EmulatedMachine.count("synchronize");
      host.close();
      // The lost device says so when it is chosen; the healthy one's copy is waited for.
      assertThat(EmulatedMachine.count("synchronize") - waits).isEqualTo(1);
      assertThat(near.toFloatArray()).containsExactly(1, 2, 3);
      away.close();
    } finally {
      EmulatedMachine.reset();
    }
    assertThat(EmulatedMachine.live("event")).isEqualTo(events);
  }
}
