package org.sgconv.benchmarks.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sgconv.benchmarks.measure.ContenderFailedException;
import org.sgconv.benchmarks.model.BenchmarkCase;
import org.sgconv.benchmarks.model.Contender;
import org.sgconv.benchmarks.model.Library;
import org.sgconv.benchmarks.model.Operation;
import org.sgconv.benchmarks.model.Workload;

final class ContenderProcessTest {

  private static final BenchmarkCase WHAT =
      new BenchmarkCase(Operation.FORWARD, new Workload(1, 1, 64));

  /** A container of 2 GiB. */
  private static final MemoryShares MEMORY = new MemoryShares(2L << 30, 512L << 20);

  @TempDir Path folder;

  /** A {@code java} that answers JMH's questions and ends when it is to measure. */
  private void breakTunedJava(String end) throws IOException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Path broken = folder.resolve("java-mkl");
    Files.writeString(
        broken,
        "#!/bin/sh%ncase $* in *ForkedMain*) %s ;; esac%nexec '%s' \"$@\"%n".formatted(end, java));
    Files.setPosixFilePermissions(broken, PosixFilePermissions.fromString("rwx------"));
  }

  @ParameterizedTest
  @CsvSource({
    "exit 3, 'the process failed, its log says why'",
    "kill -11 $$, 'the process was ended by signal 11, its log may say why'",
  })
  void aReasonNamesNoTemporaryPath(String end, String reason) throws IOException {
    breakTunedJava(end);
    assertThatThrownBy(this::run).isInstanceOf(ContenderFailedException.class).hasMessage(reason);
  }

  @Test
  void aProcessThatTheSystemKilledProbablyHadNoMemory() throws IOException {
    breakTunedJava("kill -9 $$");
    assertThatThrownBy(this::run)
        .isInstanceOf(ContenderFailedException.class)
        .hasMessageContaining("ended by SIGKILL, probably for lack of memory")
        .hasMessageContaining("has " + MEMORY.physical() + " bytes");
  }

  @Test
  void aProcessIsGivenWhatTheContainerLeavesIt() throws IOException {
    ContenderProcess process =
        new ContenderProcess(1, Duration.ofMillis(10), MEMORY, folder, folder);
    assertThat(process.jvmArguments(WHAT, folder.resolve("finding")))
        .contains("-Xmx" + (512L << 20), "-Dsgconv.host.memory=" + ((512L << 20) - 3 * 4 * 64));
  }

  private void run() throws IOException {
    new ContenderProcess(1, Duration.ofMillis(10), MEMORY, folder, folder)
        .run(Contender.tuned(Library.MKL), WHAT);
  }
}
