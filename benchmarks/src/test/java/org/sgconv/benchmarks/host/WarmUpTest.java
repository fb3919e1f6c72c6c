package org.sgconv.benchmarks.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class WarmUpTest {

  private int calls;

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static FirstRun took(Duration time) {
    return new FirstRun(time.toNanos(), 0);
  }

  @Test
  void oneCallIsEnoughForALongOperationThatGetsNoBetter() {
    new WarmUp(
            () -> {
              calls++;
              sleep(700);
            },
            took(Duration.ofMillis(700)),
            () -> 0)
        .run();
    assertThat(calls).isEqualTo(1);
  }

  /**
   * Each of the first three calls comes with 10% of its time in the compiler, the fourth with 4%.
   */
  @Test
  void goesOnWhileTheCompilerIsBusy() {
    long[] compilerMillis = {0, 70, 140, 210, 238, 238};
    new WarmUp(
            () -> {
              calls++;
              sleep(700);
            },
            took(Duration.ofMillis(700)),
            () -> compilerMillis[calls])
        .run();
    assertThat(calls).isEqualTo(4);
  }

  @Test
  void endsIfTheCompilerNeverDoes() {
    new WarmUp(
            () -> {
              calls++;
              sleep(300);
            },
            took(Duration.ofMillis(19_500)),
            () -> calls * 1000)
        .run();
    assertThat(calls).isEqualTo(2);
  }

  @Test
  void goesOnWhileTheOperationGetsBetter() {
    long[] millis = {900, 650, 400, 250, 250, 250, 250, 250, 250};
    new WarmUp(() -> sleep(millis[calls++]), took(Duration.ofSeconds(2)), () -> 0).run();
    assertThat(calls).isBetween(6, 8);
  }

  @Test
  void doesNotRepeatWhatTakesLongerThanAllWarmUp() {
    new WarmUp(() -> calls++, took(Duration.ofSeconds(30))).run();
    assertThat(calls).isZero();
  }
}
