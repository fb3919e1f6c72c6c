package org.sgconv.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sgconv.BackendFailureException;
import org.sgconv.HostMemoryException;
import org.sgconv.SgConvException;
import org.sgconv.contract.CudaDevice;
import org.sgconv.contract.OnEmulatedDevice;
import org.sgconv.device.Device;
import org.sgconv.device.DeviceLostException;
import org.sgconv.device.DeviceMemoryException;
import org.sgconv.device.Stream;
import org.sgconv.tensor.Tensor;

/** Every CUDA call of a pass fails once: a typed exception, nothing leaked, and the next works. */
@OnEmulatedDevice
@ExtendWith(CufftPath.class)
class EmulatedFailureTest {

  private Device device;
  private double expected;

  @BeforeEach
  void runOnce() {
    device = Device.all(CudaDevice.backend()).getFirst();
    device.defaultStream();
    expected = onNewStream();
  }

  @AfterEach
  void forgetFailures() {
    if (device != null) { // otherwise the test was skipped
      EmulatedMachine.reset();
    }
  }

  private double onNewStream() {
    return onNewStream(3, 3, 50);
  }

  private double onNewStream(int batch, int hidden, long length) {
    try (Stream stream = device.createStream()) {
      return Pass.run(stream, batch, hidden, length);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "cufft, 3, 3, 50, allocation, 2, org.sgconv.device.DeviceMemoryException, 10",
    "cufft, 3, 3, 50, pinned,     2, org.sgconv.HostMemoryException,          1",
    "cufft, 3, 3, 50, stream,     2, org.sgconv.device.DeviceMemoryException, 1",
    "cufft, 3, 3, 50, launch,   701, org.sgconv.BackendFailureException,      15",
    "cufft, 3, 3, 50, plan,       2, org.sgconv.device.DeviceMemoryException, 2",
    "cufft, 3, 3, 50, plan,       5, org.sgconv.BackendFailureException,      2",
    "cufft, 3, 3, 50, transform,  6, org.sgconv.BackendFailureException,      5",
    "fused, 3, 3, 50, allocation, 2, org.sgconv.device.DeviceMemoryException, 10",
    "fused, 3, 3, 50, launch,   701, org.sgconv.BackendFailureException,      7",
    "fused, 1, 1, 17000, allocation, 2, org.sgconv.device.DeviceMemoryException, 10",
    "fused, 1, 1, 17000, launch,   701, org.sgconv.BackendFailureException,      15",
  })
  void everyCallMayFail(
      String path,
      int batch,
      int hidden,
      long length,
      String point,
      int error,
      Class<? extends SgConvException> exception,
      int atLeast) {
    System.setProperty(CudaBackend.PATH, path); // cleared by the extension
    double whole = onNewStream(batch, hidden, length);
    String before = EmulatedMachine.inventory();
    long tensors = Tensor.openCount();
    long bytes = device.allocatedBytes();
    int n = 1;
    while (true) {
      EmulatedMachine.fail(point, n, error);
      double result;
      try {
        result = onNewStream(batch, hidden, length);
      } catch (SgConvException failure) {
        assertThat(failure).as("%s %d", point, n).isInstanceOf(exception);
        assertThat(EmulatedMachine.inventory()).as("%s %d", point, n).isEqualTo(before);
        assertThat(Tensor.openCount()).isEqualTo(tensors);
        assertThat(device.allocatedBytes()).isEqualTo(bytes);
        n++;
        continue;
      }
      assertThat(result).isEqualTo(whole);
      break;
    }
    assertThat(n - 1).as("calls at '%s' that failed", point).isGreaterThanOrEqualTo(atLeast);
    EmulatedMachine.reset();
    assertThat(onNewStream(batch, hidden, length)).isEqualTo(whole);
    assertThat(EmulatedMachine.inventory()).isEqualTo(before);
  }

  /** CUDA has one code for both: the host's lack is not called the device's. */
  @Test
  void theHostsLackOfMemoryIsNamed() {
    EmulatedMachine.fail("pinned", 1, 2);
    assertThatThrownBy(this::onNewStream)
        .isInstanceOfSatisfying(
            HostMemoryException.class, e -> assertThat(e.bytes()).isEqualTo(4 << 20))
        .hasMessageContaining("page-locked")
        .hasMessageContaining("cudaHostAlloc");
  }

  /** An illegal address ends all use of the device; every later call says so, and none crashes. */
  @Test
  void aPoisonedContextIsNamed() {
    EmulatedMachine.fail("launch", 1, 700);
    assertThatThrownBy(this::onNewStream)
        .isInstanceOf(DeviceLostException.class)
        .hasMessageContaining("new one");
    assertThatThrownBy(this::onNewStream).isInstanceOf(DeviceLostException.class);
  }

  @Test
  void theBudgetIsKept() {
    try (Stream stream = device.createStream()) {
      long tooMuch = device.memoryBudget() / 4 + 1;
      assertThatThrownBy(() -> Tensor.zeros(stream, org.sgconv.tensor.DType.FLOAT32, tooMuch))
          .isInstanceOf(DeviceMemoryException.class)
          .hasMessageContaining("budget");
      assertThat(Pass.run(stream)).isEqualTo(expected);
    }
  }

  @Test
  void failuresNameTheBackend() {
    EmulatedMachine.fail("launch", 1, 701);
    assertThatThrownBy(this::onNewStream)
        .isInstanceOf(BackendFailureException.class)
        .hasMessageContaining("cuda");
  }
}
