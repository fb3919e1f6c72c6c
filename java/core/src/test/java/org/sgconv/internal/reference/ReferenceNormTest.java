package org.sgconv.internal.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.Backends;
import org.sgconv.Composition;
import org.sgconv.DecayLaw;
import org.sgconv.Interpolation;
import org.sgconv.InvalidArgumentException;
import org.sgconv.OperationInterruptedException;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.spi.KernelGeometry;
import org.sgconv.tensor.DType;

/** Norms of long kernels: exact where they have a closed form, and ended where nobody waits. */
@Timeout(60)
class ReferenceNormTest {

  @AfterEach
  void forget() {
    System.clearProperty("sgconv.norm.lags");
  }

  @ParameterizedTest
  @CsvSource({
    "LINEAR, 1, 1, 0",
    "LINEAR, 1, 6, 3",
    "LINEAR, 2, 5, 0",
    "LINEAR, 5, 4, 2",
    "LINEAR, 64, 14, 0",
    "NEAREST, 1, 1, 0",
    "NEAREST, 3, 5, 1",
    "NEAREST, 16, 9, 0"
  })
  void theClosedFormIsTheSumOverEveryLag(Interpolation how, int dim, int scales, int initScale) {
    KernelGeometry geometry =
        new KernelGeometry(
            1, 1, dim, scales, initScale, Composition.CONCATENATE, how, DecayLaw.GEOMETRIC);
    Random random = new Random(dim * 100L + scales);
    double[][] weights = new double[scales][dim];
    for (double[] scale : weights) {
      for (int q = 0; q < dim; q++) {
        scale[q] = random.nextGaussian();
      }
    }
    KernelRow row = new KernelRow(geometry, 0.8);
    double summed =
        ReferenceKernels.sumOfSquares(row, weights, geometry.fullLength(), Thread.currentThread());
    assertThat(row.sumOfSquares(weights)).isCloseTo(summed, within(1e-12 * summed));
  }

  private static KernelParameters parameters(DecayLaw decay, int scales) {
    KernelSpec spec =
        KernelSpec.builder()
            .hidden(1)
            .kernelDim(64)
            .scales(scales)
            .decay(decay)
            .decayRange(0.5, 0.5)
            .build();
    return KernelParameters.random(spec, DType.FLOAT64, 3);
  }

  @Test
  void theGeometricNormOfAKernelOf2To40LagsIsFoundAtOnce() {
    try (KernelParameters parameters = parameters(DecayLaw.GEOMETRIC, 35)) {
      long start = System.nanoTime();
      double norm = KernelSynthesis.on(Backends.reference()).norm(parameters).getFlat(0);
      assertThat(norm).isFinite().isPositive();
      assertThat((System.nanoTime() - start) / 1e9).as("seconds").isLessThan(5);
    }
  }

  @Test
  void aLongSumEndsWhenItsThreadIsInterrupted() throws Exception {
    try (KernelParameters parameters = parameters(DecayLaw.POWER, 26)) { // 2^31 lags: minutes
      CompletableFuture<Boolean> stillInterrupted = new CompletableFuture<>();
      Thread worker =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      KernelSynthesis.on(Backends.reference()).norm(parameters);
                      stillInterrupted.completeExceptionally(new AssertionError("was not ended"));
                    } catch (OperationInterruptedException ended) {
                      assertThat(ended).hasMessageContaining("of M = 2147483648");
                      stillInterrupted.complete(Thread.currentThread().isInterrupted());
                    } catch (RuntimeException | Error other) {
                      stillInterrupted.completeExceptionally(other);
                    }
                  });
      Thread.sleep(300);
      worker.interrupt();
      assertThat(stillInterrupted.get(10, TimeUnit.SECONDS)).isTrue();
      worker.join();
      assertThat(parameters.norm()).isEmpty();
    }
  }

  /** As on the other backends: an interrupt ends what takes long, and nothing else. */
  @Test
  void aShortSumIsDoneOnAnInterruptedThreadToo() {
    try (KernelParameters parameters = parameters(DecayLaw.POWER, 8)) {
      Thread.currentThread().interrupt();
      double norm = KernelSynthesis.on(Backends.reference()).norm(parameters).getFlat(0);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(norm).isPositive();
    }
  }

  @Test
  void theLimitCanBeSet() {
    System.setProperty("sgconv.norm.lags", "8k");
    try (KernelParameters fits = parameters(DecayLaw.POWER, 8);
        KernelParameters tooLong = parameters(DecayLaw.POWER, 9)) {
      KernelSynthesis synthesis = KernelSynthesis.on(Backends.reference());
      synthesis.norm(fits);
      assertThatThrownBy(() -> synthesis.norm(tooLong))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessage(
              "the norm of this kernel would be summed over 16384 lags, C'·H = 1·1 rows of M ="
                  + " 16384; expected at most 8192: take fewer scales or a smaller initScale, give"
                  + " the norm to KernelParameters.of, or raise -Dsgconv.norm.lags if that much work"
                  + " is meant");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"no", "0", "-4"})
  void anotherLimitIsAnError(String value) {
    System.setProperty("sgconv.norm.lags", value);
    try (KernelParameters parameters = parameters(DecayLaw.POWER, 1)) {
      assertThatThrownBy(() -> KernelSynthesis.on(Backends.reference()).norm(parameters))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("-Dsgconv.norm.lags=" + value + ": expected a number of lags");
    }
  }
}
