package org.sgconv.benchmarks.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sgconv.benchmarks.limit.MachineLimits;
import org.sgconv.benchmarks.peers.Library;
import org.sgconv.benchmarks.peers.Workload;
import org.sgconv.oracle.Deviation;

/** Everybody is compared with the fastest peer there is, in whichever setting that was. */
final class BestPeerTest {

  private static final BenchmarkCase WHAT =
      new BenchmarkCase(Operation.FORWARD, new Workload(8, 256, 1024));

  private static Measurement took(Library library, boolean tuned, double millis) {
    Measurement measurement = new Measurement(WHAT, new Contender(library, tuned));
    Finding finding =
        Finding.verified(new Deviation(0.1, 1e-7, false, 0, 0, 0, 0)).withCallerBytes(0);
    measurement.add(new Sample(millis, 100, 0, finding));
    return measurement;
  }

  private static CpuResults results(Measurement... measurements) {
    CpuPlan plan =
        new CpuPlan(
            List.of(WHAT.operation()),
            List.of(WHAT.shape()),
            List.of(Library.SGCONV, Library.MKL),
            2,
            1,
            Duration.ofSeconds(1),
            true);
    return new CpuResults(
        plan,
        new Machine("cpu", 2, "linux", 0, "25", "abc", "avx2", Instant.EPOCH),
        new MachineLimits("avx2", 1 << 20, 1e10, 1e10, 1e11),
        List.of(measurements));
  }

  private static double timesBestPeer(CpuResults results, int index) throws IOException {
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    new CpuJson(results).writeTo(json);
    JsonNode all = new ObjectMapper().readTree(json.toByteArray()).get("results");
    return all.get(index).get("timesBestPeer").asDouble();
  }

  @Test
  void isTheTunedOneIfThatIsFaster() throws IOException {
    CpuResults results =
        results(
            took(Library.SGCONV, false, 2),
            took(Library.MKL, false, 8),
            took(Library.MKL, true, 5));
    assertThat(timesBestPeer(results, 0)).isEqualTo(2.5);
    assertThat(timesBestPeer(results, 1)).isEqualTo(5 / 8.0);
    assertThat(new CpuTable(results).render()).contains("2.50", "0.63", "1.00");
  }

  @Test
  void isTheUntunedOneIfThatIsFaster() throws IOException {
    CpuResults results =
        results(
            took(Library.SGCONV, false, 2),
            took(Library.MKL, false, 3),
            took(Library.MKL, true, 5));
    assertThat(timesBestPeer(results, 0)).isEqualTo(1.5);
    assertThat(timesBestPeer(results, 2)).isEqualTo(3 / 5.0);
  }
}
