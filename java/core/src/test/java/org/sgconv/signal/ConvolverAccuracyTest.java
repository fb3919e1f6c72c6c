package org.sgconv.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.contract.Seed;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Random lengths, extents and channels against sums, within the bound that is promised. */
class ConvolverAccuracyTest {

  private static final double FLOAT64_UNIT = 0x1p-29;

  /** A case: its operands, and how they are convolved. */
  private static final class Trial {
    final Random random;
    final int n;
    final int lags;
    final Extent extent;
    final double[] x;
    final double[] k;
    final double[] full;

    Trial(String name, int number, int most) {
      random = Seed.random(name + number);
      n = ExactSums.length(random, most);
      lags = ExactSums.length(random, most);
      extent = ExactSums.extent(random);
      x = ExactSums.noise(random, n);
      k = ExactSums.noise(random, lags);
      full = ExactSums.full(x, k);
    }

    double fraction(double[] actual, double unit) {
      return ExactSums.fraction(x, k, full, ExactSums.stretch(full, extent, n, lags), actual, unit);
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "n=%d K=%d %s%s", n, lags, extent, Seed.replay());
    }
  }

  @Test
  @DisabledIfSystemProperty(named = "sgconv.native.skip", matches = "true")
  void floatsOnCpu() {
    double worst = 0;
    for (int i = 0; i < 2000; i++) {
      Trial trial = new Trial("floats", i, 3000);
      float[] x = ExactSums.floats(trial.x);
      float[] k = ExactSums.floats(trial.k);
      float[] result;
      if (i % 2 == 0) {
        result = Convolver.convolve(x, k, trial.extent);
      } else {
        try (Convolver convolver = Convolver.of(Backends.cpu(), k)) {
          result = convolver.apply(x, trial.extent);
        }
      }
      double fraction = trial.fraction(ExactSums.doubles(result), 1);
      assertThat(fraction).as("%s", trial).isLessThanOrEqualTo(1);
      worst = Math.max(worst, fraction);
    }
    System.out.printf(Locale.ROOT, "float32: at most %.2f of the bound%n", worst);
  }

  /** On whatever backend takes doubles. */
  @Test
  void doubles() {
    double worst = 0;
    for (int i = 0; i < 2000; i++) {
      Trial trial = new Trial("doubles", i, 1500);
      double[] result;
      if (i % 2 == 0) {
        result = Convolver.convolve(trial.x, trial.k, trial.extent);
      } else {
        Backend backend = HostBackend.taking(DType.FLOAT64);
        try (Convolver convolver = Convolver.of(backend, trial.k)) {
          result = convolver.apply(trial.x, trial.extent);
        }
      }
      double fraction = trial.fraction(result, FLOAT64_UNIT);
      assertThat(fraction).as("%s", trial).isLessThanOrEqualTo(1);
      worst = Math.max(worst, fraction);
    }
    System.out.printf(Locale.ROOT, "float64: at most %.2f of the bound%n", worst);
  }

  /** One result, summed directly. One after another these products are off by 1e-12 of the sum. */
  @Test
  void manyProductsThatAreAlike() {
    double[] x = new double[100_000];
    double[] k = new double[x.length];
    Arrays.fill(x, 0.1);
    Arrays.fill(k, 0.1);
    double exact = ExactSums.convolved(x, k, k.length - 1);
    double[] result = Convolver.convolve(x, k, Extent.VALID);
    assertThat(result).hasSize(1);
    assertThat(result[0]).isCloseTo(exact, within(64 * Math.ulp(exact)));
  }

  @Test
  @DisabledIfSystemProperty(named = "sgconv.native.skip", matches = "true")
  void rowsOnCpu() {
    rows(Backends.cpu(), DType.FLOAT32, 300);
    rows(Backends.cpu(), DType.FLOAT64, 300);
  }

  @Test
  void rowsOnReference() {
    rows(Backends.reference(), DType.FLOAT32, 100);
    rows(Backends.reference(), DType.FLOAT64, 100);
  }

  private static void rows(Backend backend, DType type, int trials) {
    double unit = type == DType.FLOAT64 ? FLOAT64_UNIT : 1;
    for (int i = 0; i < trials; i++) {
      Random random = Seed.random("rows" + i);
      int rows = 1 + random.nextInt(5);
      boolean oneEach = random.nextBoolean();
      int n = ExactSums.length(random, 2000);
      int lags = ExactSums.length(random, 2000);
      Extent extent = ExactSums.extent(random);
      double[][] x = new double[rows][];
      double[][] k = new double[oneEach ? rows : 1][];
      try (Tensor signals = Tensor.uninitialized(type, rows, n);
          Tensor kernels =
              oneEach ? Tensor.uninitialized(type, rows, lags) : Tensor.uninitialized(type, lags)) {
        for (int row = 0; row < rows; row++) {
          x[row] = ExactSums.noise(random, n);
          for (int t = 0; t < n; t++) {
            signals.setFlat((long) row * n + t, x[row][t]);
          }
        }
        for (int row = 0; row < k.length; row++) {
          k[row] = ExactSums.noise(random, lags);
          for (int t = 0; t < lags; t++) {
            kernels.setFlat((long) row * lags + t, k[row][t]);
          }
        }
        try (Convolver convolver = Convolver.of(backend, kernels);
            Tensor result = convolver.apply(signals, extent)) {
          for (int row = 0; row < rows; row++) {
            double[] kernel = k[oneEach ? row : 0];
            double[] full = ExactSums.full(x[row], kernel);
            try (Tensor one = result.slice(row)) {
              assertThat(
                      ExactSums.fraction(
                          x[row],
                          kernel,
                          full,
                          ExactSums.stretch(full, extent, n, lags),
                          one.toDoubleArray(),
                          unit))
                  .as("row %d of %d, n=%d K=%d %s%s", row, rows, n, lags, extent, Seed.replay())
                  .isLessThanOrEqualTo(1);
            }
          }
        }
      }
    }
  }

  /** Several blocks and histories, judged where blocks meet and at the ends. */
  @Test
  @DisabledIfSystemProperty(named = "sgconv.native.skip", matches = "true")
  void severalBlocks() {
    for (int lags : new int[] {1, 2, 17, 5000}) {
      int n = (int) (2.6 * Segmentation.BLOCK);
      Random random = Seed.random("blocks" + lags);
      double[] x = ExactSums.noise(random, n);
      double[] k = ExactSums.noise(random, lags);
      double carried = ExactSums.norm(x) * ExactSums.norm(k);
      double most = 5e-6 * carried / Math.sqrt(n + lags) + 5e-7 * 6 * ExactSums.norm(k);
      try (Convolver convolver = Convolver.of(Backends.cpu(), ExactSums.floats(k))) {
        for (Extent extent : Extent.values()) {
          float[] result = convolver.apply(ExactSums.floats(x), extent);
          Segmentation cut = Segmentation.of(Stretch.of(extent, n, lags), 1);
          assertThat(cut.calls()).isEqualTo(3);
          int first = (int) extent.first(n, lags);
          for (int call = 0; call <= 3; call++) {
            int middle = (int) Math.min(call * cut.fresh(), result.length);
            for (int i = middle - 40; i < middle + 40; i++) {
              if (i >= 0 && i < result.length) {
                assertThat(Math.abs(result[i] - ExactSums.convolved(x, k, first + i)))
                    .as("K=%d %s at %d%s", lags, extent, i, Seed.replay())
                    .isLessThanOrEqualTo(most);
              }
            }
          }
        }
      }
    }
  }
}
