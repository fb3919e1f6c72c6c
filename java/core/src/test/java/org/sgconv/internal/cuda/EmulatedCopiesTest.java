package org.sgconv.internal.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.BackendFailureException;
import org.sgconv.SgConvException;
import org.sgconv.contract.CudaDevice;
import org.sgconv.contract.OnEmulatedDevice;
import org.sgconv.device.Device;
import org.sgconv.device.Stream;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Copies between a device and ordinary memory of the host, which go through two halves of pinned
 * memory. An emulated stream does nothing until somebody waits, so that a half that is filled again
 * too early is a wrong number.
 */
@OnEmulatedDevice
class EmulatedCopiesTest {

  /** Elements of a half. */
  private static final int HALF = (2 << 20) / Float.BYTES;

  private Device device;
  private Stream stream;

  @BeforeEach
  void open() {
    device = Device.all(CudaDevice.backend()).getFirst();
    stream = device.createStream();
    EmulatedMachine.reset();
  }

  @AfterEach
  void close() {
    if (stream != null) {
      EmulatedMachine.reset();
      stream.close();
    }
  }

  private static float[] values(int count, int seed) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = i * 31 + seed;
    }
    return values;
  }

  private static Tensor there(Stream stream, float[] values) {
    return Tensor.of(stream.backend(), values, values.length);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {1, HALF - 1, HALF, HALF + 1, 2 * HALF - 1, 2 * HALF, 2 * HALF + 1, 5 * HALF + 3})
  void everySizeArrives(int count) {
    float[] values = values(count, count);
    try (Tensor tensor = there(stream, values)) {
      assertThat(tensor.toFloatArray()).isEqualTo(values);
    }
  }

  /** Elements of two bytes, an odd number of them. */
  @Test
  void oddNumbersOfBytesArrive() {
    long count = 2 * (2L << 20) / Short.BYTES + 1;
    try (Tensor host = Tensor.zeros(DType.BFLOAT16, count)) {
      host.setFlat(0, 3);
      host.setFlat(count / 2, 5);
      host.setFlat(count - 1, 7);
      try (Tensor tensor = host.copyTo(stream);
          Tensor back = tensor.toHost()) {
        assertThat(back.getFlat(0)).isEqualTo(3);
        assertThat(back.getFlat(1)).isZero();
        assertThat(back.getFlat(count / 2)).isEqualTo(5);
        assertThat(back.getFlat(count - 1)).isEqualTo(7);
      }
    }
  }

  @Test
  void twoCopiesAreUnderWayAtATime() {
    float[] values = values(4 * HALF, 1);
    try (Tensor tensor = Tensor.zeros(stream, DType.FLOAT32, values.length);
        Tensor host = Tensor.of(values, values.length)) {
      stream.synchronize();
      EmulatedMachine.reset();
      tensor.copyFrom(host);
      assertThat(EmulatedMachine.count("waiting copies")).as("to the device").isEqualTo(2);
      EmulatedMachine.reset();
      assertThat(EmulatedMachine.count("waiting copies")).isZero();
      host.copyFrom(tensor);
      assertThat(EmulatedMachine.count("waiting copies")).as("from the device").isEqualTo(2);
    }
  }

  /** Whichever copy fails: nothing is lost, and the next copies get no old bytes. */
  @ParameterizedTest
  @CsvSource({"copy, 999, 12", "event, 46, 2", "pinned, 2, 1"})
  void everyCopyMayFail(String point, int error, int atLeast) {
    int count = 5 * HALF + 3;
    float[] values = values(count, 1);
    float[] others = values(count, 2);
    stream.synchronize();
    String before = EmulatedMachine.inventory();
    long tensors = Tensor.openCount();
    int failures = 0;
    for (int n = 1; ; n++) {
      try (Stream fresh = device.createStream()) {
        EmulatedMachine.fail(point, n, error);
        boolean failed = false;
        try (Tensor tensor = there(fresh, values)) {
          assertThat(tensor.toFloatArray()).isEqualTo(values);
        } catch (SgConvException e) {
          failed = true;
        }
        EmulatedMachine.reset();
        try (Tensor next = there(fresh, others)) {
          assertThat(next.toFloatArray()).as("%s %d", point, n).isEqualTo(others);
        }
        if (!failed) {
          break;
        }
        failures++;
      }
      assertThat(EmulatedMachine.inventory()).as("%s %d", point, n).isEqualTo(before);
      assertThat(Tensor.openCount()).isEqualTo(tensors);
    }
    assertThat(failures).as("calls at '%s' that failed", point).isGreaterThanOrEqualTo(atLeast);
    assertThat(EmulatedMachine.inventory()).isEqualTo(before);
  }

  /** Copies that were under way when one failed do not write into a half that is in use again. */
  @Test
  void whatAFailureLeftUnderWayIsWaitedFor() {
    float[] values = values(5 * HALF, 1);
    float[] others = values(5 * HALF, 2);
    try (Tensor tensor = there(stream, values);
        Tensor host = Tensor.zeros(DType.FLOAT32, values.length);
        Tensor target = Tensor.zeros(stream, DType.FLOAT32, values.length)) {
      stream.synchronize();
      EmulatedMachine.fail("copy", 2, 999); // the first, to a half, is under way
      assertThatThrownBy(() -> host.copyFrom(tensor)).isInstanceOf(BackendFailureException.class);
      try (Tensor source = Tensor.of(others, others.length)) {
        target.copyFrom(source);
      }
      assertThat(target.toFloatArray()).isEqualTo(others);
    }
  }

  @Test
  void streamsCopyBesideEachOther() throws Exception {
    List<Future<float[]>> results = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < 4; i++) {
        float[] values = values(3 * HALF + i, i);
        results.add(
            pool.submit(
                () -> {
                  try (Stream own = device.createStream();
                      Tensor tensor = there(own, values)) {
                    return tensor.toFloatArray();
                  }
                }));
      }
      for (int i = 0; i < 4; i++) {
        assertThat(results.get(i).get()).isEqualTo(values(3 * HALF + i, i));
      }
    }
  }
}
