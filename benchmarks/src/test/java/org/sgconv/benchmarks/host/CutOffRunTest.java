package org.sgconv.benchmarks.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Operation;
import org.sgconv.benchmarks.model.Results;
import org.sgconv.benchmarks.report.ResultsJson;
import org.sgconv.cli.Main;
import org.sgconv.cli.report.Jvm;

/** What a benchmark leaves that does not come to its end: results, and temporary files. */
@DisabledIfSystemProperty(
    named = "sgconv.native.skip",
    matches = "true",
    disabledReason = "what measures the machine's limits is native code")
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class CutOffRunTest {

  @TempDir Path folder;

  /** A small case against plain Java, with temporary files in a folder of its own. */
  private ProcessBuilder bench(String operations) throws IOException {
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    List<String> command = new ArrayList<>();
    command.addAll(Jvm.command(List.of("-Djava.io.tmpdir=" + temporary), Main.class));
    command.addAll(List.of("bench", "--cpu", "--peers", "java", "--rounds", "1", "--threads", "1"));
    command.addAll(List.of("--operations", operations, "--shapes", "2,4,20000"));
    command.addAll(List.of("--output", folder.resolve("results").toString()));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("said").toFile());
  }

  private List<String> left() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("tmp"))) {
      return files
          .map(file -> folder.resolve("tmp").relativize(file).toString())
          .filter(name -> name.startsWith("sgconv"))
          .toList();
    } catch (UncheckedIOException gone) {
      return left(); // Files come and go while the walk looks at them.
    }
  }

  private void await(String part, Process process) throws Exception {
    while (left().stream().noneMatch(name -> name.contains(part))) {
      assertThat(process.isAlive()).as("%s, before there is %s", said(), part).isTrue();
      Thread.sleep(5);
    }
  }

  private String said() throws IOException {
    return Files.readString(folder.resolve("said"));
  }

  /** While the reference is computed, and while a contender is measured. */
  @ParameterizedTest
  @ValueSource(strings = {".bounds", "forward-float32-2x4x20000.log"})
  void aSignalLeavesNothing(String when) throws Exception {
    Process process = bench("forward").start();
    try {
      await(when, process);
      process.destroy();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(said()).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(said()).isEqualTo(143);
    assertThat(left()).isEmpty();
  }

  /** Without a warning, after the first of two cases. */
  @Test
  void resultsOfAWholeRunStay() throws Exception {
    Path results = Files.createDirectory(folder.resolve("results"));
    Path whole = Files.writeString(results.resolve("cpu.json"), "of a whole run");
    Path unfinished = results.resolve("cpu-unfinished.json");
    Process process = bench("forward,step").start();
    try {
      while (!Files.exists(unfinished)) {
        assertThat(process.isAlive()).as(said()).isTrue();
        Thread.sleep(5);
      }
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    process.waitFor();
    assertThat(whole).hasContent("of a whole run");
    Results kept = ResultsJson.read(unfinished);
    assertThat(kept.finished()).isFalse();
    assertThat(kept.cases())
        .singleElement()
        .extracting(BenchmarkCase::operation)
        .isEqualTo(Operation.FORWARD);
    assertThat(results.toFile().list()).containsOnly("cpu.json", "cpu-unfinished.json");
  }

  /** As the operating system does that has run out of memory. */
  @Test
  void ofAContenderThatIsKilledOnlyTheLogsStay() throws Exception {
    Process process = bench("forward").start();
    try {
      Optional<ProcessHandle> contender = Optional.empty();
      while (contender.isEmpty()) {
        assertThat(process.isAlive()).as(said()).isTrue();
        Thread.sleep(5);
        contender = process.descendants().filter(CutOffRunTest::isContender).findAny();
      }
      contender.get().destroyForcibly();
      assertThat(process.waitFor(100, TimeUnit.SECONDS)).as(said()).isTrue();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(said()).isEqualTo(1);
    assertThat(said()).contains("logs of what was not measured: ");
    assertThat(left())
        .anyMatch(name -> name.endsWith("sgconv-forward-float32-2x4x20000.log"))
        .noneMatch(name -> name.contains(".f64") || name.contains(".part"));
  }

  private static boolean isContender(ProcessHandle process) {
    try {
      // What Java says of itself is cut where a class path is long.
      String command = Files.readString(Path.of("/proc", String.valueOf(process.pid()), "cmdline"));
      return command.contains("ForkedMain");
    } catch (IOException ended) {
      return false;
    }
  }
}
