package org.sgconv.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class RemainingTimeTest {

  @Test
  void isTheGuessAtFirst() {
    assertThat(new RemainingTime(1860)).hasToString("about 31 min left");
  }

  @Test
  void whatIsSkippedTakesNoTime() {
    RemainingTime remaining = new RemainingTime(100);
    remaining.done(10, 20);
    remaining.skip(60);
    assertThat(remaining.seconds()).isEqualTo(60);
  }

  @Test
  void learnsHowWrongTheGuessesAre() {
    RemainingTime remaining = new RemainingTime(100);
    remaining.done(10, 20);
    assertThat(remaining.seconds()).isEqualTo(180);
    remaining.done(80, 160);
    assertThat(remaining).hasToString("about 20 s left");
    remaining.done(10, 1);
    assertThat(remaining).hasToString("about 0 s left");
  }
}
