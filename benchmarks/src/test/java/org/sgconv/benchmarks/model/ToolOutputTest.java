package org.sgconv.benchmarks.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is said, and that nothing is where a program is not there or fails. */
@Timeout(60)
final class ToolOutputTest {

  @Test
  void isWhatAProgramPrints() {
    assertThat(ToolOutput.of("sh", "-c", "echo ' one'; echo two; echo aside >&2"))
        .contains("one\ntwo");
    assertThat(ToolOutput.of("sh", "-c", ":")).contains("");
  }

  /** More than a pipe holds: a program that nobody reads from would wait for ever. */
  @Test
  void mayBeLong() {
    assertThat(ToolOutput.of("sh", "-c", "head -c 300000 /dev/zero | tr '\\0' x"))
        .hasValueSatisfying(text -> assertThat(text).hasSize(300_000));
  }

  @Test
  void isNothingOfAProgramThatIsAbsentOrFails() {
    assertThat(ToolOutput.of("sgconv-no-such-program")).isEmpty();
    assertThat(ToolOutput.of("sh", "-c", "echo text; exit 3")).isEmpty();
  }
}
