package org.sgconv.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.Backends;
import org.sgconv.ClosedException;
import org.sgconv.HostMemoryException;
import org.sgconv.InvalidArgumentException;

/** Sources that are no sounds, and plans that are closed while they are used. */
@Timeout(60)
class ResponsePlanUseTest {

  private static final SampleSink NONE = (at, rows) -> {};

  private final ImpulseResponse response = ImpulseResponse.of(100, new float[] {1, 0.5f, 0.25f});

  private ResponsePlan plan() {
    return response.on(Backends.best(), 100);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, -5, (1L << 40) + 1, Long.MAX_VALUE, Long.MIN_VALUE})
  void lengthsThatNoSignalHas(long length) {
    try (ResponsePlan plan = plan()) {
      for (boolean tail : new boolean[] {false, true}) {
        assertThatThrownBy(
                () -> plan.apply(new Silence(1, length), NONE, 1, tail, ProgressListener.NONE))
            .isInstanceOf(InvalidArgumentException.class)
            .hasMessageContaining("the signal has " + length + " samples, expected from 1");
        assertThatThrownBy(() -> plan.outputLength(length, tail))
            .isInstanceOf(InvalidArgumentException.class);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  void channelsThatNoSignalHas(int channels) {
    try (ResponsePlan plan = plan()) {
      assertThatThrownBy(
              () -> plan.apply(new Silence(channels, 9), NONE, 1, true, ProgressListener.NONE))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("a signal of " + channels + " channels");
    }
    assertThatThrownBy(() -> response.channel(channels - 1))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("expected 0 to 0");
    assertThatThrownBy(() -> response.channel(1)).isInstanceOf(InvalidArgumentException.class);
  }

  @Test
  void moreThanTheHeapHolds() {
    try (ResponsePlan plan = plan()) {
      assertThatThrownBy(
              () ->
                  plan.apply(
                      new Silence(Integer.MAX_VALUE, 9), NONE, 1, true, ProgressListener.NONE))
          .isInstanceOf(HostMemoryException.class)
          .hasMessageContaining("2147483647 channels");
    }
    Resampler much = Resampler.of(1, 1000);
    float[] signal = new float[(Integer.MAX_VALUE - 8) / 1000];
    if (Runtime.getRuntime().maxMemory() < 8L * Integer.MAX_VALUE) {
      assertThatThrownBy(() -> much.apply(signal)).isInstanceOf(HostMemoryException.class);
    }
  }

  /** The signal alone, also where the response leaves the range of float32. */
  @Test
  void noResponseAtAll() {
    float[] signal = {3, -4, 5};
    ImpulseResponse loud = ImpulseResponse.of(100, new float[] {3e38f, 3e38f});
    try (ResponsePlan plan = loud.on(Backends.best(), 100)) {
      assertThat(plan.apply(new float[][] {signal}, 0, false)[0]).isEqualTo(signal);
    }
  }

  /** Between two stretches as well: the call goes on to its end. */
  @Test
  void closingWaitsForCalls() throws Exception {
    ResponsePlan plan = plan();
    CountDownLatch began = new CountDownLatch(1);
    long samples = 5_000_000;
    long[] done = new long[1];
    CompletableFuture<Void> call =
        CompletableFuture.runAsync(
            () -> {
              try {
                plan.apply(
                    new Silence(1, samples),
                    NONE,
                    1,
                    false,
                    (now, total) -> {
                      began.countDown();
                      pause();
                      done[0] = now;
                    });
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    assertThat(began.await(30, TimeUnit.SECONDS)).isTrue();
    plan.close();
    assertThat(done[0]).isEqualTo(samples);
    call.join();
    assertThatThrownBy(() -> plan.apply(new float[1][9], 1, false))
        .isInstanceOf(ClosedException.class)
        .hasMessageContaining("the plan of the response is closed");
    plan.close();
  }

  private static void pause() {
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aCallCannotCloseItsOwnPlan() {
    try (ResponsePlan plan = plan()) {
      Runnable close = plan::close;
      assertThatThrownBy(
              () ->
                  plan.apply(new Silence(1, 9), (at, rows) -> close.run(), 1, false, (d, t) -> {}))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("the plan of the response cannot be closed by what it calls");
      assertThat(plan.apply(new float[1][9], 1, false)[0]).hasSize(9);
    }
  }
}
