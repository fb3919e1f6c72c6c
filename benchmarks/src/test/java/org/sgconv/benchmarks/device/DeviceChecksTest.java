package org.sgconv.benchmarks.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Operation;
import org.sgconv.benchmarks.model.Output;
import org.sgconv.benchmarks.model.RepeatCheck;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.tensor.Tensor;
import org.sgconv.tensor.TensorScope;

/** Results of the emulated device as they are, and after something spoiled them. */
@Tag("cuda")
@Tag("emulation")
class DeviceChecksTest {

  private static final int BATCH = 3;
  private static final int HIDDEN = 2;
  private static final int LENGTH = 300;

  private final Backend backend = Backends.cuda();
  private int calls;

  /** Runs after each call of the operation, told how many there were. */
  private interface Spoiler {
    void spoil(DeviceOperands operands, int calls);
  }

  private DeviceChecks check(Operation operation, DevicePath path, Spoiler spoiler) {
    BenchmarkCase what = new BenchmarkCase(operation, new Workload(BATCH, HIDDEN, LENGTH));
    try (TensorScope scope = TensorScope.onHost()) {
      RandomTensors tensors = scope.adopt(new RandomTensors(backend));
      DeviceOperands operands = new DeviceOperands(tensors, what, 2);
      LongConvolution convolution = scope.adopt(path.create(backend, what));
      KernelSpectrum spectrum =
          scope.adopt(convolution.prepare(operands.kernel(), operands.skip()));
      return DeviceChecks.measure(
          operands,
          ExactRows.of(operands),
          () -> {
            operands.submit(convolution, spectrum, 0);
            spoiler.spoil(operands, ++calls);
          });
    }
  }

  private static void set(Tensor tensor, long element, double factor, double summand) {
    Tensor flat = tensor.reshape(tensor.elementCount()).slice(element, element + 1);
    try (Tensor host = flat.toHost()) {
      host.setFlat(0, host.getFlat(0) * factor + summand);
      flat.copyFrom(host);
    }
  }

  @ParameterizedTest
  @EnumSource
  void rightResultsPassOnEveryPath(DevicePath path) {
    for (Operation operation : DevicePlan.OPERATIONS) {
      DeviceChecks checks = check(operation, path, (operands, call) -> {});
      assertThat(checks.failure()).isNull();
      assertThat(checks.rows()).allMatch(row -> row.ofBound() < 1);
    }
    assertThat(calls).as("two runs of each operation").isEqualTo(4);
  }

  /** In the row or channel that is compared, by 1% of what the element may be about. */
  @ParameterizedTest
  @CsvSource({
    "FORWARD, SIGNAL, 1799", // B·H·L less one
    "FORWARD, SIGNAL, 1500", // the first of the last row
    "BACKWARD, INPUT_GRADIENT, 1799",
    "BACKWARD, INPUT_GRADIENT, 1500",
    "BACKWARD, KERNEL_GRADIENT, 599", // H·L less one
    "BACKWARD, KERNEL_GRADIENT, 300",
    "BACKWARD, SKIP_GRADIENT, 1",
  })
  void aWrongElementFails(Operation operation, Output result, long element) {
    DeviceChecks checks =
        check(
            operation,
            DevicePath.FUSED,
            (operands, call) -> set(operands.results().get(result), element, 1, 0.01));
    assertThat(checks.failure()).startsWith("wrong: " + result.symbol() + " is off by ");
    assertThat(checks.rows()).filteredOn(row -> row.ofBound() > 1).hasSize(1);
    assertThat(checks.repeated()).isEqualTo(new RepeatCheck(bytes(operation), null));
  }

  private static long bytes(Operation operation) {
    long signal = 4L * BATCH * HIDDEN * LENGTH;
    return operation == Operation.FORWARD ? signal : signal + 4L * HIDDEN * (LENGTH + 1);
  }

  /** One bit, anywhere: too little for any bound. */
  @ParameterizedTest
  @CsvSource({
    "FORWARD, SIGNAL, 0",
    "FORWARD, SIGNAL, 700",
    "FORWARD, SIGNAL, 1799",
    "BACKWARD, INPUT_GRADIENT, 3",
    "BACKWARD, KERNEL_GRADIENT, 599",
    "BACKWARD, SKIP_GRADIENT, 0",
  })
  void aSecondRunThatDiffersInOneBitFails(Operation operation, Output result, long element) {
    DeviceChecks checks =
        check(
            operation,
            DevicePath.FUSED,
            (operands, call) -> {
              if (call == 2) {
                set(operands.results().get(result), element, 1 + 0x1p-22, 0);
              }
            });
    assertThat(checks.rows()).allMatch(row -> row.ofBound() < 1);
    assertThat(checks.failure())
        .startsWith(
            "wrong: a second run differs in " + result.symbol() + ", element " + element + " of ");
  }

  @Test
  void aSecondRunThatWritesNothingFails() {
    for (Operation operation : DevicePlan.OPERATIONS) {
      calls = 0;
      List<String> failures = new ArrayList<>();
      BenchmarkCase what = new BenchmarkCase(operation, new Workload(BATCH, HIDDEN, LENGTH));
      try (TensorScope scope = TensorScope.onHost()) {
        RandomTensors tensors = scope.adopt(new RandomTensors(backend));
        DeviceOperands operands = new DeviceOperands(tensors, what, 1);
        LongConvolution convolution = scope.adopt(DevicePath.FUSED.create(backend, what));
        KernelSpectrum spectrum =
            scope.adopt(convolution.prepare(operands.kernel(), operands.skip()));
        RepeatCheck repeated =
            RepeatedRuns.measure(
                operands,
                () -> {
                  if (calls++ == 0) {
                    operands.submit(convolution, spectrum, 0);
                  }
                });
        failures.add(String.valueOf(repeated.difference()));
      }
      assertThat(failures).allMatch(failure -> failure.contains(", element 0 of "));
    }
  }

  @Test
  void ofHugeResultsPartsAreComparedFromTheFirstToTheLast() {
    assertThat(RepeatedRuns.starts(10, 4, 10)).containsExactly(0L, 4L, 8L);
    assertThat(RepeatedRuns.starts(1, 4, 10)).containsExactly(0L);
    long count = 3L << 32;
    List<Long> starts = RepeatedRuns.starts(count, 1 << 20, 1 << 28);
    assertThat(starts).hasSize(16).startsWith(0L).endsWith(count - (1 << 20)).isSorted();
    assertThat(starts).doesNotHaveDuplicates();
  }
}
