package org.sgconv.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Only a run as it is by default is kept among the results. */
class BenchCommandTest {

  private static boolean isFull(String... options) {
    return CommandLine.populateCommand(new BenchCommand(), options).isFull();
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
