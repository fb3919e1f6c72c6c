package org.sgconv.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.benchmarks.model.Contender;
import org.sgconv.benchmarks.model.Library;
import org.sgconv.benchmarks.model.Measurement;
import org.sgconv.benchmarks.model.Results;

/** A time that was taken while the caller's Java code boxed its vectors is not passed on as one. */
final class AllocationMarkTest {

  private static Results results(Library library, double... callerBytes) {
    return Made.onHost(
        Arrays.stream(callerBytes)
            .mapToObj(bytes -> Made.round(Contender.of(library), 2, bytes))
            .reduce(Measurement::and)
            .orElseThrow());
  }

  @ParameterizedTest
  @CsvSource({
    "SGCONV, 0, false",
    "MKL, 248, false",
    "JTRANSFORMS, 53168, false",
    "SGCONV, 400000, true",
    "MKL, 84000000, true",
    "FFTW, 84000000, true",
    "FFTW, NaN, true",
    "JAVA, 344000000, false"
  })
  void isMarkedWhereMoreThanSmallObjectsAreAllocated(Library library, double bytes, boolean marked)
      throws IOException {
    Results results = results(library, bytes);
    assertThat(results.isComplete()).isEqualTo(!marked);
    String table = new Table(results).render();
    assertThat(table.contains(" !")).isEqualTo(marked);
    assertThat(table.contains("do not trust the time of " + library.id())).isEqualTo(marked);
    assertThat(Made.json(results)).contains("\"allocatesTooMuch\" : " + marked);
  }

  @ParameterizedTest
  @ValueSource(doubles = {84e6, Double.NaN})
  void oneRoundIsEnough(double bytes) {
    Results results = results(Library.MKL, 0, bytes, 0);
    assertThat(results.isComplete()).isFalse();
    assertThat(new Table(results).render()).contains("do not trust the time of mkl");
  }
}
