package org.sgconv.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.TypeMismatchException;
import org.sgconv.contract.AllocatedBytes;
import org.sgconv.contract.Seed;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Threads, results into memory that is there, and what a call leaves on the heap. */
@Timeout(120)
@DisabledIfSystemProperty(named = "sgconv.native.skip", matches = "true")
class NormalizedCorrelatorUseTest {

  private static final Backend BACKEND = Backends.cpu();

  private final Random random = Seed.random(getClass());

  private float[] noise(int count) {
    return ExactSums.floats(ExactSums.noise(random, count));
  }

  private NormalizedCorrelator correlator(int length) {
    return NormalizedCorrelator.of(BACKEND, noise(length), Mean.REMOVED);
  }

  @Test
  void resultsGoIntoWhatIsThere() {
    float[] signal = noise(100_000);
    try (NormalizedCorrelator correlator = correlator(300)) {
      float[] floats = new float[signal.length - 299];
      correlator.apply(signal, floats);
      assertThat(floats).isEqualTo(correlator.apply(signal));
      double[] doubles = new double[floats.length];
      correlator.apply(ExactSums.doubles(signal), doubles);
      assertThat(doubles).isEqualTo(correlator.apply(ExactSums.doubles(signal)));
      assertThatThrownBy(() -> correlator.apply(signal, new float[5]))
          .isInstanceOf(ShapeMismatchException.class)
          .hasMessageContaining("5 elements, expected 99701");
      try (Tensor both = Tensor.of(signal, 2, 50_000);
          Tensor into = Tensor.zeros(DType.FLOAT32, 2, 49_701);
          Tensor wide = Tensor.zeros(DType.FLOAT64, 2, 49_701);
          Tensor expected = correlator.apply(both)) {
        correlator.apply(both, into);
        assertThat(into.segment().mismatch(expected.segment())).isEqualTo(-1);
        assertThatThrownBy(() -> correlator.apply(both, both))
            .isInstanceOf(ShapeMismatchException.class)
            .hasMessageContaining("(2, 49701)");
        assertThatThrownBy(() -> correlator.apply(both, wide))
            .isInstanceOf(TypeMismatchException.class);
        try (NormalizedCorrelator one =
            NormalizedCorrelator.of(BACKEND, new float[] {1}, Mean.KEPT)) {
          assertThatThrownBy(() -> one.apply(both, both))
              .isInstanceOf(InvalidArgumentException.class)
              .hasMessageContaining("overlaps");
        }
      }
    }
  }

  /** The same bits by one thread, by seven and by those that there are. */
  @Test
  void anyNumberOfThreads() {
    float[] signal = noise(400_000);
    signal[123_456] = 1e6f;
    try (NormalizedCorrelator correlator = correlator(700)) {
      float[] expected = correlator.apply(signal);
      for (int threads : new int[] {1, 7}) {
        try (ForkJoinPool pool = new ForkJoinPool(threads)) {
          float[] scores = pool.submit(() -> correlator.apply(signal)).join();
          assertThat(Arrays.equals(scores, expected)).isTrue();
        }
      }
    }
  }

  @Test
  void confinedMemoryStaysWithItsThread() {
    float[] signal = noise(200_000);
    try (NormalizedCorrelator correlator = correlator(500);
        Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(4L * signal.length, 4);
      memory.copyFrom(MemorySegment.ofArray(signal));
      MemorySegment scores = arena.allocate(4L * (signal.length - 499), 4);
      Tensor from = Tensor.wrap(memory, DType.FLOAT32, signal.length);
      Tensor into = Tensor.wrap(scores, DType.FLOAT32, signal.length - 499);
      correlator.apply(from, into);
      assertThat(into.toFloatArray()).isEqualTo(correlator.apply(signal));
    }
  }

  /** Blocks go through the same arrays. */
  @Test
  void littleIsLeftOnTheHeap() {
    for (int n : new int[] {100_000, 1_000_000}) {
      float[] signal = noise(n);
      float[] scores = new float[n - 999];
      try (NormalizedCorrelator correlator = correlator(1000);
          ForkJoinPool alone = new ForkJoinPool(1)) {
        long bytes =
            alone
                .submit(() -> AllocatedBytes.leastIn(5, 1, () -> correlator.apply(signal, scores)))
                .join();
        assertThat(bytes).as("n=%d", n).isLessThan(16L * n);
        assertThat(bytes).as("n=%d", n).isLessThan(2 << 20);
      }
    }
  }
}
