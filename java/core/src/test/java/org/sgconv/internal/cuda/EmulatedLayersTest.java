package org.sgconv.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.InvalidArgumentException;
import org.sgconv.SgConvException;
import org.sgconv.TypeMismatchException;
import org.sgconv.contract.CudaDevice;
import org.sgconv.contract.OnEmulatedDevice;
import org.sgconv.device.Device;
import org.sgconv.device.DeviceMemoryException;
import org.sgconv.device.Recording;
import org.sgconv.device.Stream;
import org.sgconv.spi.Dropout;
import org.sgconv.spi.LayerOperations;
import org.sgconv.spi.LinearGradientOperands;
import org.sgconv.spi.LinearOperands;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;
import org.sgconv.tensor.TensorScope;

/** What operations of layers hold on a device, how they fail, and what may be recorded. */
@OnEmulatedDevice
class EmulatedLayersTest {

  private static final int BATCH = 5;
  private static final int CHANNELS = 6;
  private static final int LENGTH = 12;
  private static final Dropout SOME = new Dropout(0.25, 1, 2, 3);

  private Device device;

  @BeforeEach
  void open() {
    device = Device.all(CudaDevice.backend()).getFirst();
    try (Stream stream = device.createStream()) {
      pass(stream); // so that the device keeps what it keeps
    }
  }

  @AfterEach
  void forget() {
    System.clearProperty(WorkspaceLimit.PROPERTY);
    if (device != null) {
      EmulatedMachine.reset();
    }
  }

  private static Tensor noise(Stream stream, long... dims) {
    long count = Arrays.stream(dims).reduce(1, (a, b) -> a * b);
    float[] values = new float[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.sin(3.1 * i + values.length);
    }
    return Tensor.of(stream.backend(), values, dims);
  }

  private static Tensor blank(Stream stream, long... dims) {
    return Tensor.zeros(stream, DType.FLOAT32, dims);
  }

  /** A linear map both ways and an embedding both ways; everything that they wrote. */
  private static float[] pass(Stream stream) {
    LayerOperations layers = stream.backend().provider().layers();
    try (TensorScope scope = TensorScope.onHost();
        Arena arena = Arena.ofConfined()) {
      Tensor x = scope.adopt(noise(stream, BATCH, CHANNELS, LENGTH));
      Tensor weight = scope.adopt(noise(stream, 2 * CHANNELS, CHANNELS));
      Tensor bias = scope.adopt(noise(stream, 2 * CHANNELS));
      Tensor z = scope.adopt(blank(stream, BATCH, 2 * CHANNELS, LENGTH));
      Tensor y = scope.adopt(blank(stream, BATCH, CHANNELS, LENGTH));
      Tensor dx = scope.adopt(blank(stream, BATCH, CHANNELS, LENGTH));
      Tensor dweight = scope.adopt(blank(stream, 2 * CHANNELS, CHANNELS));
      Tensor dbias = scope.adopt(blank(stream, 2 * CHANNELS));
      layers.linear(new LinearOperands(true, SOME, true, SOME, x, weight, bias, x, z, y));
      layers.linearBackward(
          new LinearGradientOperands(true, SOME, true, SOME, x, weight, z, y, dx, dweight, dbias));
      Tensor dtable = scope.adopt(blank(stream, 3, CHANNELS));
      Tensor embedded = scope.adopt(blank(stream, BATCH, CHANNELS, LENGTH));
      MemorySegment tokens = arena.allocate(ValueLayout.JAVA_LONG, BATCH * LENGTH);
      for (int i = 0; i < BATCH * LENGTH; i++) {
        tokens.setAtIndex(ValueLayout.JAVA_LONG, i, i % 3);
      }
      layers.embedBackward(tokens, dx, dtable);
      layers.embed(tokens, dtable, embedded);
      tokens.fill((byte) -1); // which is the caller's again
      return concatenated(y, dx, dweight, dbias, dtable, embedded);
    }
  }

  private static float[] concatenated(Tensor... tensors) {
    float[] all = new float[0];
    for (Tensor tensor : tensors) {
      float[] values = tensor.toFloatArray();
      int before = all.length;
      all = Arrays.copyOf(all, before + values.length);
      System.arraycopy(values, 0, all, before, values.length);
    }
    return all;
  }

  private float[] onNewStream() {
    try (Stream stream = device.createStream()) {
      return pass(stream);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "handle,     3, org.sgconv.device.DeviceMemoryException, 1",
    "handle,     1, org.sgconv.BackendFailureException,      1",
    "product,   13, org.sgconv.BackendFailureException,      3",
    "launch,   701, org.sgconv.BackendFailureException,      8",
    "allocation, 2, org.sgconv.device.DeviceMemoryException, 10",
    "pinned,     2, org.sgconv.HostMemoryException,          1",
  })
  void everyCallMayFail(
      String point, int error, Class<? extends SgConvException> exception, int atLeast) {
    float[] whole = onNewStream();
    String before = EmulatedMachine.inventory();
    long tensors = Tensor.openCount();
    long bytes = device.allocatedBytes();
    int n = 1;
    while (true) {
      EmulatedMachine.fail(point, n, error);
      float[] result;
      try {
        result = onNewStream();
      } catch (SgConvException failure) {
        assertThat(failure).as("%s %d", point, n).isInstanceOf(exception);
        assertThat(EmulatedMachine.inventory()).as("%s %d", point, n).isEqualTo(before);
        assertThat(Tensor.openCount()).isEqualTo(tensors);
        assertThat(device.allocatedBytes()).isEqualTo(bytes);
        n++;
        continue;
      }
      assertThat(result).containsExactly(whole);
      break;
    }
    assertThat(n - 1).as("calls at '%s' that failed", point).isGreaterThanOrEqualTo(atLeast);
  }

  /** One member at a time, and two with a remainder, have the bits of all at once. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void partsOfABatchHaveTheSameBits(int members) {
    float[] whole = onNewStream();
    long of = Float.BYTES * (3L * CHANNELS * LENGTH + 2L * CHANNELS * CHANNELS);
    System.setProperty(WorkspaceLimit.PROPERTY, String.valueOf(3 * 512 + members * of));
    assertThat(onNewStream()).containsExactly(whole);
  }

  @Test
  void aMemberThatDoesNotFitIsNamed() {
    System.setProperty(WorkspaceLimit.PROPERTY, "600");
    assertThatThrownBy(this::onNewStream)
        .isInstanceOf(DeviceMemoryException.class)
        .hasMessageContaining("sgconv.cuda.workspace");
  }

  @Test
  void signalsOf16BitsAreRefused() {
    try (Stream stream = device.createStream();
        Tensor x = Tensor.zeros(stream, DType.BFLOAT16, 1, 2, 3);
        Tensor y = Tensor.zeros(stream, DType.BFLOAT16, 1, 2, 3)) {
      LayerOperations layers = stream.backend().provider().layers();
      assertThatThrownBy(() -> layers.gelu(x, Dropout.NONE, y))
          .isInstanceOf(TypeMismatchException.class)
          .hasMessageContaining("FLOAT32 alone");
    }
  }

  @Test
  void aTokenBeyondTheTableIsRefused() {
    try (Stream stream = device.createStream();
        Arena arena = Arena.ofConfined();
        Tensor dy = blank(stream, 1, 2, 2);
        Tensor dtable = blank(stream, 3, 2)) {
      LayerOperations layers = stream.backend().provider().layers();
      MemorySegment tokens = arena.allocateFrom(ValueLayout.JAVA_LONG, 2, 3);
      assertThatThrownBy(() -> layers.embedBackward(tokens, dy, dtable))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("tokens[1] = 3, expected 0 to 2");
    }
  }

  /** Products are recorded once there is a handle; what comes from the host is not. */
  @Test
  void linearMapsAreRecordedAndTokensAreNot() {
    try (Stream stream = device.createStream();
        Arena arena = Arena.ofConfined();
        Tensor x = noise(stream, 2, CHANNELS, LENGTH);
        Tensor weight = noise(stream, CHANNELS, CHANNELS);
        Tensor y = blank(stream, 2, CHANNELS, LENGTH)) {
      LayerOperations layers = stream.backend().provider().layers();
      LinearOperands map =
          new LinearOperands(
              true, Dropout.NONE, false, Dropout.NONE, x, weight, null, null, null, y);
      assertThatThrownBy(() -> stream.record(() -> layers.linear(map)).close())
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("run the work once before");
      layers.linear(map);
      float[] expected = y.toFloatArray();
      try (Recording recording = stream.record(() -> layers.linear(map))) {
        layers.dropRows(y, new Dropout(0.99, 0, 0, 0), y);
        recording.replay();
        assertThat(y.toFloatArray()).containsExactly(expected);
      }
      MemorySegment tokens = arena.allocate(ValueLayout.JAVA_LONG, 2 * LENGTH);
      assertThatThrownBy(() -> stream.record(() -> layers.embed(tokens, weight, y)).close())
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("copies tokens from the host's memory");
    }
  }
}
