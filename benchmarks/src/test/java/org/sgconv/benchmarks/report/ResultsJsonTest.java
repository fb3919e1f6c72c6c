package org.sgconv.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.InvalidFileException;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Contender;
import org.sgconv.benchmarks.model.Library;
import org.sgconv.benchmarks.model.Measurement;
import org.sgconv.benchmarks.model.Operation;
import org.sgconv.benchmarks.model.RepeatCheck;
import org.sgconv.benchmarks.model.ResultCheck;
import org.sgconv.benchmarks.model.Results;
import org.sgconv.benchmarks.model.Times;
import org.sgconv.benchmarks.model.Workload;
import org.sgconv.tensor.DType;

/** What is written is what is read, and nothing else is. */
final class ResultsJsonTest {

  private static final Contender FUSED = new Contender(Library.SGCONV, "fused");
  private static final BenchmarkCase HALF =
      new BenchmarkCase(Operation.BACKWARD, new Workload(2, 3, 64), DType.FLOAT16);

  @TempDir Path folder;

  private Results written(Results results) throws Exception {
    return ResultsJson.read(Files.writeString(folder.resolve("it.json"), Made.json(results)));
  }

  private static Measurement onDevice(RepeatCheck repeated, String failure, double ofBound) {
    return new Measurement(
        HALF,
        FUSED,
        Map.of(),
        failure == null ? new Times(List.of(1.0, 2.125, 3.0), 9) : Times.NONE,
        List.of(),
        failure == null ? 4096L : null,
        List.of(new ResultCheck("du", 3e-7, ofBound), new ResultCheck("dk", 1e-7, 0)),
        repeated,
        failure);
  }

  @Test
  void resultsComeBackAsTheyWere() throws Exception {
    Results host =
        Made.onHost(
            Made.round(Contender.of(Library.SGCONV), 2, 0)
                .and(Made.round(Contender.of(Library.SGCONV), 3, Double.NaN)),
            Made.round(Contender.tuned(Library.MKL), 5, 248),
            Measurement.failed(Made.CASE, Contender.of(Library.FFTW), "it \"failed\""));
    assertThat(written(host)).isEqualTo(host);
    Results device =
        Made.onDevice(
            false,
            onDevice(new RepeatCheck(1536, null), null, 0.5),
            onDevice(
                new RepeatCheck(1536, "y, element 7 of 384: first 1.0, then 1.5"),
                "wrong: a second run differs",
                Double.POSITIVE_INFINITY),
            Measurement.failed(HALF, new Contender(Library.PYTORCH, "rfft"), "out of memory"));
    assertThat(written(device)).isEqualTo(device);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{}", "7", "{\"measurements\": [1]}", "no JSON", "{\"a\": 1}"})
  void anythingElseIsRefused(String text) throws Exception {
    Path file = Files.writeString(folder.resolve("other.json"), text);
    assertThatThrownBy(() -> ResultsJson.read(file))
        .isInstanceOf(InvalidFileException.class)
        .hasMessageContaining("other.json");
  }

  /** Those in the repository, which people may want another table or plot of. */
  @Test
  void resultsThatAreKeptCanBeRead() throws Exception {
    Path root = Path.of(System.getProperty("sgconv.root"), "benchmarks", "results");
    List<Path> kept;
    try (Stream<Path> files = Files.walk(root)) {
      kept = files.filter(file -> file.toString().endsWith(".json")).toList();
    }
    assertThat(kept).isNotEmpty();
    for (Path file : kept) {
      assertThat(new Table(ResultsJson.read(file)).render()).as(file.toString()).contains("sgconv");
    }
  }
}
