package org.sgconv.benchmarks.cpu;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sgconv.benchmarks.peers.Library;
import org.sgconv.benchmarks.peers.Workload;

final class ContenderProcessTest {

  private static final BenchmarkCase WHAT =
      new BenchmarkCase(Operation.FORWARD, new Workload(1, 1, 64));

  @TempDir Path folder;

  /** A {@code java} that answers JMH's questions and ends when it is to measure. */
  private void breakTunedJava() throws IOException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Path broken = folder.resolve("java-mkl");
    Files.writeString(
        broken,
        "#!/bin/sh%ncase $* in *ForkedMain*) exit 3 ;; esac%nexec '%s' \"$@\"%n".formatted(java));
    Files.setPosixFilePermissions(broken, PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void aReasonNamesNoTemporaryPath() throws IOException {
    breakTunedJava();
    CpuPlan plan =
        new CpuPlan(
            List.of(WHAT.operation()),
            List.of(WHAT.shape()),
            List.of(Library.MKL),
            1,
            1,
            Duration.ofMillis(10),
            true);
    ContenderProcess process = new ContenderProcess(plan, folder, folder);
    assertThatThrownBy(() -> process.run(new Contender(Library.MKL, true), WHAT))
        .isInstanceOf(ContenderFailedException.class)
        .hasMessage("the process failed, its log says why");
  }
}
