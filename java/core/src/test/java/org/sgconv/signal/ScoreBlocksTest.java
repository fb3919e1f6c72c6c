package org.sgconv.signal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.contract.Seed;

@Timeout(120)
@DisabledIfSystemProperty(named = "sgconv.native.skip", matches = "true")
class ScoreBlocksTest {

  private static final int WINDOWS = 40_000;
  private static final int SIZE = 1000;

  private final Random random = Seed.random(getClass());

  /** Whatever the processors and the pool: each thread waits for the others, and some time more. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void areScoredByTheThreadsOfTheBackend(int threads) {
    Backend backend = Backends.cpu().withThreads(threads);
    UnitTemplates templates =
        new UnitTemplates(new double[][] {ExactSums.noise(random, 100)}, Mean.REMOVED);
    double[] signal = ExactSums.noise(random, WINDOWS + templates.length() - 1);
    Set<Thread> seen = ConcurrentHashMap.newKeySet();
    CountDownLatch all = new CountDownLatch(threads);
    try (FixedKernels kernels =
            new FixedKernels("the test", backend, templates.kernels().moveTo(backend));
        ForkJoinPool pool = new ForkJoinPool(4)) {
      ScoreBlocks blocks = new ScoreBlocks(kernels, templates, Mean.REMOVED);
      ScoreBlocks.Reader reader =
          (channel, from, into, count) -> {
            if (seen.add(Thread.currentThread())) {
              all.countDown();
            }
            await(all);
            System.arraycopy(signal, (int) from, into, 0, count);
          };
      pool.submit(
              () -> {
                try (FixedKernels.Use _ = kernels.use()) {
                  blocks.compute(1, WINDOWS, SIZE, true, reader, (row, to, values, count) -> {});
                }
              })
          .join();
    }
    assertThat(seen).hasSize(threads);
  }

  private static void await(CountDownLatch all) {
    try {
      assertThat(all.await(10, TimeUnit.SECONDS)).as("all threads take part").isTrue();
      Thread.sleep(1);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
