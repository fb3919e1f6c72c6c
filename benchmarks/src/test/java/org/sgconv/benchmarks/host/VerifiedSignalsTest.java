package org.sgconv.benchmarks.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Contender;
import org.sgconv.benchmarks.model.Library;
import org.sgconv.benchmarks.model.Operation;
import org.sgconv.benchmarks.model.SignalContenders;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.tensor.DType;

/** Everybody's signals are right before they are timed; those that need no native code of peers. */
final class VerifiedSignalsTest {

  /** One kernel for all, one each, more lags than samples, many blocks, the least there is. */
  private static final List<Workload> CONVOLVED =
      List.of(
          new Workload(1, 1, 100, 7),
          new Workload(1, 3, 500, 64),
          new Workload(5, 1, 30, 400),
          new Workload(1, 2, 70_000, 100),
          new Workload(1, 1, 9000, 4096),
          new Workload(1, 1, 1, 1));

  private static final List<Workload> CORRELATED =
      List.of(
          new Workload(2, 3, 200, 16), new Workload(1, 1, 64, 64), new Workload(1, 2, 70_000, 9));

  private static final List<Library> LIBRARIES =
      List.of(Library.SGCONV, Library.JTRANSFORMS, Library.COMMONS, Library.JDSP, Library.JAVA);

  @TempDir private static Path folder;

  private static Stream<Arguments> contenders() {
    return Stream.of(Operation.CONVOLVE, Operation.CORRELATE)
        .flatMap(
            operation ->
                (operation == Operation.CONVOLVE ? CONVOLVED : CORRELATED)
                    .stream()
                        .flatMap(
                            shape ->
                                SignalCases.TYPES.stream()
                                    .map(type -> new BenchmarkCase(operation, shape, type))))
        .flatMap(
            what ->
                SignalContenders.of(what, LIBRARIES).stream()
                    .filter(contender -> SignalContenders.leftOut(what, contender).isEmpty())
                    .map(contender -> Arguments.of(contender, what)));
  }

  @ParameterizedTest
  @MethodSource("contenders")
  void areVerified(Contender contender, BenchmarkCase what) throws IOException {
    assumeAvailable(contender, what);
    try (VerifiedOperation operation =
        VerifiedOperation.of(contender, what, 2, new Expectations(folder))) {
      assertThat(operation.checks()).hasSize(1).allMatch(check -> check.ofBound() <= 1);
      operation.run();
    }
  }

  private static void assumeAvailable(Contender contender, BenchmarkCase what) {
    Backend cpu = Backends.cpu();
    assumeTrue(
        contender.library() != Library.SGCONV
            || (cpu.unavailabilityCause().isEmpty()
                && cpu.provider().supportedTypes().contains(what.type())),
        "the cpu backend does not take it here");
  }

  @ParameterizedTest
  @EnumSource(names = {"SGCONV", "JTRANSFORMS", "COMMONS", "JDSP"})
  void areRefusedIfOneSampleIsWrong(Library library, @TempDir Path spoiled) throws IOException {
    BenchmarkCase what =
        new BenchmarkCase(Operation.CONVOLVE, new Workload(1, 3, 500, 64), DType.FLOAT64);
    Expectations expectations = new Expectations(spoiled);
    Contender contender = SignalContenders.of(what, List.of(library)).getFirst();
    assumeAvailable(contender, what);
    VerifiedOperation.of(contender, what, 1, expectations).close();
    Path results = spoiled.resolve("1x3x500x64-convolve-float64.f64");
    byte[] values = Files.readAllBytes(results);
    values[8 * 1250 + 6] ^= 0x10; // a high bit of the mantissa or a low one of the exponent
    Files.write(results, values);
    assertThatThrownBy(() -> VerifiedOperation.of(contender, what, 1, expectations))
        .isInstanceOf(WrongResultException.class)
        .hasMessageContaining(library.id())
        .hasMessageContaining("not timed");
  }
}
