package org.sgconv.benchmarks.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A run names the commit that it began with, and says if it did not stay that. */
final class MachineTest {

  @ParameterizedTest
  @CsvSource({
    "abc, abc, abc",
    "abc, abc-dirty, abc-dirty",
    "abc-dirty, abc, abc-dirty",
    "abc, def, abc-dirty",
    "abc-dirty, def, abc-dirty",
    "unknown, unknown, unknown"
  })
  void commitIsOfTheWholeRun(String atStart, String atEnd, String ofRun) {
    assertThat(Machine.commitOfRun(atStart, atEnd)).isEqualTo(ofRun);
  }
}
