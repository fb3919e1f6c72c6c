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
    assertThat(Cli.run().err()).contains("expected run or correlate or verify or info or bench");
    assertThat(Cli.run("bench", "--help").out())
        .contains("--cpu", "--gpu", "--signals", "--stacktrace");
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
  void whatIsOfAnotherSubjectIsRefused() {
    assertRefused(Cli.run("bench"), "--cpu, --gpu or --signals");
    assertRefused(Cli.run("bench", "--cpu", "--signals"), "--cpu, --gpu or --signals");
    assertRefused(Cli.run("bench", "--signals", "--peers", "pytorch"), "'pytorch'", "--signals");
    assertRefused(Cli.run("bench", "--cpu", "--peers", "jdsp"), "'jdsp'", "--cpu");
    assertRefused(Cli.run("bench", "--signals", "--operations", "step"), "'step'", "--signals");
    assertRefused(Cli.run("bench", "--cpu", "--operations", "convolve"), "'convolve'", "--cpu");
    assertRefused(Cli.run("bench", "--signals", "--types", "float16"), "'float16'", "float64");
    assertRefused(Cli.run("bench", "--cpu", "--shapes", "1,2,100,10"), "1,2,100,10", "B,H,L");
    assertRefused(Cli.run("bench", "--signals", "--shapes", "2,3,100,10"), "2,3,100,10");
    assertRefused(
        Cli.run("bench", "--signals", "--operations", "correlate", "--shapes", "1,1,9,10"),
        "1,1,9,10",
        "2 to L");
  }

  @Test
  void aRunByDefaultIsFull() {
    assertThat(isFull("--cpu")).isTrue();
    assertThat(isFull("--cpu", "--peers-at-best")).isTrue();
    assertThat(isFull("--signals")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--quick",
        "--shapes=1,2,3",
        "--types=float32",
        "--operations=step",
        "--peers=mkl",
        "--threads=2",
        "--rounds=3"
      })
  void anyOtherIsNot(String option) {
    assertThat(isFull("--cpu", option)).isFalse();
  }
}
