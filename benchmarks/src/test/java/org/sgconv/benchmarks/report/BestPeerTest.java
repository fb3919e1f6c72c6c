package org.sgconv.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.sgconv.benchmarks.model.Contender;
import org.sgconv.benchmarks.model.Library;
import org.sgconv.benchmarks.model.Measurement;
import org.sgconv.benchmarks.model.Results;

/** Everybody is compared with the fastest peer there is, in whichever way that was. */
final class BestPeerTest {

  private static Measurement took(Contender contender, double millis) {
    return Made.round(contender, millis, 0);
  }

  private static double timesBestPeer(Results results, int index) throws IOException {
    JsonNode all = new ObjectMapper().readTree(Made.json(results)).get("measurements");
    return all.get(index).get("derived").get("timesBestPeer").asDouble();
  }

  @Test
  void isTheTunedOneIfThatIsFaster() throws IOException {
    Results results =
        Made.onHost(
            took(Contender.of(Library.SGCONV), 2),
            took(Contender.of(Library.MKL), 8),
            took(Contender.tuned(Library.MKL), 5));
    assertThat(timesBestPeer(results, 0)).isEqualTo(2.5);
    assertThat(timesBestPeer(results, 1)).isEqualTo(5 / 8.0);
    assertThat(new Table(results).render()).contains("2.50", "0.63", "1.00", "mkl malloc");
  }

  @Test
  void isTheUntunedOneIfThatIsFaster() throws IOException {
    Results results =
        Made.onHost(
            took(Contender.of(Library.SGCONV), 2),
            took(Contender.of(Library.MKL), 3),
            took(Contender.tuned(Library.MKL), 5));
    assertThat(timesBestPeer(results, 0)).isEqualTo(1.5);
    assertThat(timesBestPeer(results, 2)).isEqualTo(3 / 5.0);
  }

  @Test
  void onADeviceItIsPyTorchsFasterWay() {
    Results results =
        Made.onDevice(
            true,
            took(new Contender(Library.SGCONV, "fused"), 2),
            took(new Contender(Library.SGCONV, "cufft"), 4),
            took(new Contender(Library.PYTORCH, "rfft"), 6),
            took(new Contender(Library.PYTORCH, "complex"), 9));
    assertThat(results.timesBestPeer(results.measurements().getFirst())).hasValue(3);
    assertThat(results.timesBestPeer(results.measurements().get(1))).hasValue(1.5);
  }
}
