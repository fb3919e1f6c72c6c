package org.sgconv.internal.reference;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.ConvolutionMode;

/** The two ways of computing the same sums, against each other. */
class LagProductsTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 511, 512, 513, 1500})
  void directAndFourierSumsAgree(int length) {
    for (ConvolutionMode mode : ConvolutionMode.values()) {
      for (int lags : new int[] {(length + 1) / 2, length}) {
        directAndFourierSumsAgree(mode, length, lags);
      }
    }
  }

  private static void directAndFourierSumsAgree(ConvolutionMode mode, int length, int lags) {
    LagProducts direct = new DirectProducts();
    LagProducts fourier = new FourierProducts(length);
    Random random = new Random(length);
    Lags g = new Lags(mode, length, lags);
    for (int n = g.lowest(); n < g.end(); n++) {
      g.add(n, random.nextGaussian());
    }
    double[] x = normal(random, length);
    double[] dy = normal(random, length);

    double[] y = new double[length];
    double[] otherY = normal(random, length);
    direct.convolve(g, x, y);
    fourier.convolve(g, x, otherY);
    requireNear(mode + " convolve", y, otherY);

    double[] dx = x.clone();
    double[] otherDx = x.clone();
    direct.addTransposed(g, dy, dx);
    fourier.addTransposed(g, dy, otherDx);
    requireNear(mode + " transposed", dx, otherDx);

    Lags dg = new Lags(mode, length, lags);
    Lags otherDg = new Lags(mode, length, lags);
    for (int repeat = 0; repeat < 2; repeat++) {
      direct.addCorrelation(dy, x, dg);
      fourier.addCorrelation(dy, x, otherDg);
    }
    requireNear(mode + " correlation", values(dg), values(otherDg));
  }

  private static void requireNear(String what, double[] expected, double[] actual) {
    double squares = 0;
    double errors = 0;
    for (int i = 0; i < expected.length; i++) {
      squares += expected[i] * expected[i];
      errors += (actual[i] - expected[i]) * (actual[i] - expected[i]);
    }
    assertThat(Math.sqrt(errors / squares)).as(what).isLessThan(2e-15);
  }

  private static double[] values(Lags lags) {
    double[] values = new double[lags.end() - lags.lowest()];
    for (int i = 0; i < values.length; i++) {
      values[i] = lags.get(lags.lowest() + i);
    }
    return values;
  }

  private static double[] normal(Random random, int count) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextGaussian();
    }
    return values;
  }
}
