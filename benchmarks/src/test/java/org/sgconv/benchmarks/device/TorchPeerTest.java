package org.sgconv.benchmarks.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Contender;
import org.sgconv.benchmarks.model.Library;
import org.sgconv.benchmarks.model.Measurement;
import org.sgconv.benchmarks.model.Operation;
import org.sgconv.benchmarks.model.Results;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.benchmarks.report.Made;

/** What is made of the Python script's answer, and of its absence. */
class TorchPeerTest {

  private static final BenchmarkCase CASE =
      new BenchmarkCase(Operation.FORWARD, new Workload(2, 3, 64));

  private final List<TorchPeer.Outcome> seen = new ArrayList<>();

  private TorchPeer.Outcome answer(String lines) throws Exception {
    return run("printf", "%s", lines);
  }

  private TorchPeer.Outcome run(String... command) throws Exception {
    return TorchPeer.run(List.of(command), DevicePlan.NO_LIMIT, seen::add);
  }

  @Test
  void timesAreMergedByCase() throws Exception {
    TorchPeer.Outcome outcome =
        answer(
            """
            {"version": "2.9"}
            {"case": "forward float32 2,3,64", "path": "rfft", "samplesMs": [3, 1, 2], "calls": 9, "peakBytes": 4096}
            {"case": "forward float32 2,3,64", "path": "complex", "failure": "out of memory"}
            {"case": "backward float32 2,3,64", "path": "rfft", "samplesMs": [5], "calls": 9, "peakBytes": 1}
            """);
    assertThat(outcome.version()).isEqualTo("2.9");
    assertThat(seen).extracting(each -> each.results().size()).containsExactly(1, 2, 3);
    List<Measurement> found = outcome.of(CASE);
    assertThat(found)
        .extracting(Measurement::contender)
        .containsExactly(
            new Contender(Library.PYTORCH, "rfft"), new Contender(Library.PYTORCH, "complex"));
    assertThat(found.getFirst().medianMs()).isEqualTo(2);
    assertThat(found.getFirst().times().spread()).isEqualTo(3);
    assertThat(found.getFirst().heldBytes()).isEqualTo(4096);
    // u and y, 2·3·64 float32 each, at 1 TB/s, over 2 ms.
    Results results = Made.onDevice(true, found.getFirst());
    assertThat(results.limits().bandwidth()).isEqualTo(1e12);
    assertThat(results.partOfLimit(found.getFirst()))
        .isCloseTo(2 * 2 * 3 * 64 * 4 / 1e12 / 2e-3, within(1e-12));
    assertThat(found.getLast().failure()).isEqualTo("out of memory");
    assertThat(found.getLast().isComplete()).isFalse();
  }

  @Test
  void absenceIsStated() throws Exception {
    assertThat(answer("{\"absent\": \"python3 has no torch\"}").version())
        .isEqualTo("not measured: python3 has no torch");
    assertThat(answer("Segmentation fault").version()).contains("printed no JSON");
    assertThat(run("true").version()).isEqualTo("not measured: its script printed nothing");
    assertThat(run("false").version()).contains("ended with status 1");
    assertThat(run("no-such-python").version()).contains("no-such-python");
    assertThat(run("no-such-python").of(CASE)).isEmpty();
    assertThat(seen).isEmpty();
  }

  @Test
  void whatIsThereWhenTheScriptEndsEarlyStays() throws Exception {
    String result =
        "{\"case\": \"forward float32 2,3,64\", \"path\": \"rfft\", \"failure\": \"x\"}";
    TorchPeer.Outcome outcome =
        run("sh", "-c", "echo '{\"version\": \"2.9\"}'; echo '" + result + "'; exit 137");
    assertThat(outcome.version()).isEqualTo("2.9, sh ended with status 137");
    assertThat(outcome.of(CASE)).hasSize(1);
  }

  @Test
  void whatTheScriptPrintedBeforeItWentAstrayStays() throws Exception {
    String result =
        "{\"case\": \"forward float32 2,3,64\", \"path\": \"rfft\", \"failure\": \"x\"}";
    TorchPeer.Outcome outcome = answer("{\"version\": \"2.9\"}\n" + result + "\nWarning: odd\n");
    assertThat(outcome.version()).startsWith("2.9, its script printed no JSON");
    assertThat(outcome.of(CASE)).hasSize(1);
  }

  /** As where the import alone takes minutes: nothing after it would have its turn. */
  @Test
  void theScriptIsEndedInTime() throws Exception {
    long begin = System.nanoTime();
    TorchPeer.Outcome silent =
        TorchPeer.run(List.of("sleep", "100"), Duration.ofSeconds(1), seen::add);
    assertThat(silent.version()).isEqualTo("not measured: sleep was ended after 1 s");
    String result =
        "{\"case\": \"forward float32 2,3,64\", \"path\": \"rfft\", \"failure\": \"x\"}";
    String script = "echo '{\"version\": \"2.9\"}'; echo '" + result + "'; sleep 100";
    TorchPeer.Outcome cut =
        TorchPeer.run(List.of("sh", "-c", script), Duration.ofSeconds(2), seen::add);
    assertThat(cut.version()).isEqualTo("2.9, sh was ended after 2 s");
    assertThat(cut.of(CASE)).hasSize(1);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(60));
  }

  /** The script itself, as far as it goes on this machine: an answer, never a trace. */
  @Test
  void theScriptAnswersWhereverItRuns() throws Exception {
    DevicePlan plan = new DevicePlan(List.of(CASE), Duration.ZERO, 1, true, DevicePlan.NO_LIMIT);
    TorchPeer.Outcome outcome = TorchPeer.measure(List.of(CASE), plan, seen::add);
    if (outcome.results().isEmpty()) {
      assertThat(outcome.version())
          .matches(
              "not measured: (there is no python3|python3 has no torch .*|torch .* no CUDA device)");
    } else {
      assertThat(outcome.of(CASE)).hasSize(2).allMatch(each -> each.failure() == null);
    }
  }
}
