package org.sgconv.benchmarks.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.sgconv.Backends;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Contender;
import org.sgconv.benchmarks.model.Library;
import org.sgconv.benchmarks.model.Operation;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.oracle.Tolerance;
import org.sgconv.tensor.DType;

/** What the benchmark does before it times anything, at small shapes and without timing. */
final class VerifiedOperationTest {

  private static final List<Workload> SHAPES =
      List.of(new Workload(3, 5, 1), new Workload(2, 3, 100), new Workload(2, 4, 1024));

  @TempDir private static Path folder;

  private static Stream<Arguments> operations() {
    return Stream.of(Operation.values())
        .filter(operation -> !operation.isSignal())
        .flatMap(
            operation ->
                operation.isSynthesis()
                    ? Stream.of(new Workload(1, 7, 256), new Workload(1, 3, 64))
                        .map(shape -> new BenchmarkCase(operation, shape))
                    : BenchmarkCase.of(
                        List.of(operation), SHAPES, List.of(DType.FLOAT32, DType.FLOAT64))
                        .stream())
        .flatMap(
            what ->
                Stream.of(Library.SGCONV, Library.JTRANSFORMS, Library.JAVA)
                    .filter(what::suits)
                    .map(library -> Arguments.of(library, what)));
  }

  @ParameterizedTest
  @MethodSource("operations")
  void isVerified(Library library, BenchmarkCase what) throws IOException {
    assumeTrue(
        library != Library.SGCONV || Backends.cpu().unavailabilityCause().isEmpty(),
        "the cpu backend is not available here");
    try (VerifiedOperation operation =
        VerifiedOperation.of(Contender.of(library), what, 2, new Expectations(folder))) {
      assertThat(operation.checks())
          .hasSize(Math.max(1, what.operation().outputs().size()))
          .allMatch(check -> check.ofBound() <= 1);
      operation.run();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SGCONV", "JTRANSFORMS"})
  void isRefusedIfOneElementIsWrong(Library library, @TempDir Path spoiled) throws IOException {
    assumeTrue(
        library != Library.SGCONV || Backends.cpu().unavailabilityCause().isEmpty(),
        "the cpu backend is not available here");
    BenchmarkCase what = new BenchmarkCase(Operation.STEP, new Workload(2, 3, 100));
    Expectations expectations = new Expectations(spoiled);
    VerifiedOperation.of(Contender.of(library), what, 1, expectations).close();
    Path gradient = spoiled.resolve("2x3x100-kernel_gradient.f64");
    byte[] values = Files.readAllBytes(gradient);
    values[8 * 250 + 6] ^= 0x10; // a high bit of the mantissa or a low one of the exponent
    Files.write(gradient, values);
    assertThatThrownBy(() -> VerifiedOperation.of(Contender.of(library), what, 1, expectations))
        .isInstanceOf(WrongResultException.class)
        .hasMessageContaining(library.id())
        .hasMessageContaining("not timed");
  }

  /** Ours may not be as coarse as a peer. */
  @Test
  void aPeerMayHaveTenTimesTheError() {
    for (DType type : List.of(DType.FLOAT32, DType.FLOAT64)) {
      assertThat(VerifiedOperation.tolerance(Library.SGCONV, type)).isEqualTo(Tolerance.of(type));
      assertThat(VerifiedOperation.tolerance(Library.JTRANSFORMS, type))
          .isEqualTo(Tolerance.of(type).times(10));
    }
  }
}
