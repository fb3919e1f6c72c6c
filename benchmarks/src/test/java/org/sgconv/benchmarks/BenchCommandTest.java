package org.sgconv.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.cli.Cli;
import org.sgconv.cli.ExitStatus;
import picocli.CommandLine;

/** Part of the command line; only a run as it is by default is kept among the results. */
class BenchCommandTest {

  private static boolean isFull(String... options) {
    return CommandLine.populateCommand(new BenchCommand(), options).isFull();
  }

  @Test
  void theCommandLineFindsIt() {
    assertThat(Cli.run("--help").out()).contains("run", "verify", "info", "bench", "bundle");
    assertThat(Cli.run().err()).contains("expected run or verify or info or bench");
    assertThat(Cli.run("bench", "--help").out()).contains("--cpu", "--gpu", "--stacktrace");
  }

  private static void assertRefused(Cli cli, String... parts) {
    assertThat(cli.status()).as(cli.err()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(cli.err().lines()).as(cli.err()).hasSize(1);
    assertThat(cli.err()).startsWith("sgconv: ").contains(parts).doesNotContain("\tat ");
    assertThat(cli.out()).isEmpty();
  }

  @Test
  void whatIsNoShapeNumberOrNameIsRefused() {
    for (String shape : List.of("1,2", "1,2,-3", "1,1,99999999999", "", "a,b,c")) {
      assertRefused(Cli.run("bench", "--cpu", "--shapes", shape), shape);
    }
    assertRefused(Cli.run("bench", "--cpu", "--output", ""), "--output is empty");
    assertRefused(Cli.run("bench", "--cpu", "--rounds", 0), "--rounds is 0");
    assertRefused(Cli.run("bench", "--gpu", "--types", "float64"), "'float64'", "bfloat16");
    assertRefused(Cli.run("bench", "--cpu", "--peers", "numpy"), "'numpy'", "fftw");
  }

  @Test
  void aRunByDefaultIsFull() {
    assertThat(isFull("--cpu")).isTrue();
    assertThat(isFull("--cpu", "--peers-at-best")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--quick",
        "--shapes=1,2,3",
        "--operations=step",
        "--peers=mkl",
        "--threads=2",
        "--rounds=3"
      })
  void anyOtherIsNot(String option) {
    assertThat(isFull("--cpu", option)).isFalse();
  }
}
