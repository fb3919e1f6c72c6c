package org.sgconv.benchmarks.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.benchmarks.limit.MachineLimits;
import org.sgconv.benchmarks.peers.Library;
import org.sgconv.benchmarks.peers.Workload;
import org.sgconv.oracle.Deviation;

/** A time that was taken while the caller's Java code boxed its vectors is not passed on as one. */
final class AllocationMarkTest {

  private static final BenchmarkCase WHAT =
      new BenchmarkCase(Operation.FORWARD, new Workload(8, 256, 1024));

  private static CpuResults results(Library library, double... callerBytes) {
    Measurement measurement = new Measurement(WHAT, new Contender(library, false));
    for (double bytes : callerBytes) {
      Finding finding =
          Finding.verified(new Deviation(0.1, 1e-7, false, 0, 0, 0, 0)).withCallerBytes(bytes);
      measurement.add(new Sample(2, 100, 5000, finding));
    }
    CpuPlan plan =
        new CpuPlan(
            List.of(WHAT.operation()),
            List.of(WHAT.shape()),
            List.of(library),
            2,
            1,
            Duration.ofSeconds(1),
            false);
    return new CpuResults(
        plan,
        new Machine("cpu", 2, "linux", 0, "25", "abc", "avx2", Instant.EPOCH),
        new MachineLimits("avx2", 1 << 20, 1e10, 1e10, 1e11),
        List.of(measurement));
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
    CpuResults results = results(library, bytes);
    assertThat(results.isComplete()).isEqualTo(!marked);
    String table = new CpuTable(results).render();
    assertThat(table.contains(" !")).isEqualTo(marked);
    assertThat(table.contains("do not trust the time of " + library.id())).isEqualTo(marked);
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    new CpuJson(results).writeTo(json);
    assertThat(json.toString(StandardCharsets.UTF_8)).contains("\"allocatesTooMuch\" : " + marked);
  }

  @ParameterizedTest
  @ValueSource(doubles = {84e6, Double.NaN})
  void oneRoundIsEnough(double bytes) {
    CpuResults results = results(Library.MKL, 0, bytes, 0);
    assertThat(results.isComplete()).isFalse();
    assertThat(new CpuTable(results).render()).contains("do not trust the time of mkl");
  }
}
