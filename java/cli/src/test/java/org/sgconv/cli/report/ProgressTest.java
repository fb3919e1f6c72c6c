package org.sgconv.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProgressTest {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  @Test
  void saysNothingAboutShortJobs() {
    try (Progress progress = new Progress("verify", 3, err, true)) {
      progress.at("causal");
      progress.step();
    }
    assertThat(bytes.size()).isZero();
  }

  @Test
  void writesPlainLinesIntoLogs() throws InterruptedException {
    try (Progress progress = new Progress("verify", 3, err, false)) {
      progress.at("causal 17");
      progress.step();
      Thread.sleep(Progress.QUIET.plus(Duration.ofMillis(500)));
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .isEqualTo("verify: 1 of 3 done, causal 17" + System.lineSeparator());
  }

  @Test
  void drawsABarOnTerminals() throws InterruptedException {
    try (Progress progress = new Progress("verify", 4, err, true)) {
      progress.step();
      Thread.sleep(Progress.QUIET.plus(Duration.ofSeconds(1)));
      progress.step();
      Thread.sleep(500);
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8)).contains("verify", "50%", "2/4");
  }
}
