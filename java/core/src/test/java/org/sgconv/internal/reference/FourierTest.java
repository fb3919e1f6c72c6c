package org.sgconv.internal.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FourierTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8, 64, 512})
  void agreesWithTheDefinition(int size) {
    double[][] x = random(size);
    double[] re = x[0].clone();
    double[] im = x[1].clone();
    new Fourier(size).forward(re, im);
    for (int k = 0; k < size; k++) {
      double sumRe = 0;
      double sumIm = 0;
      for (int n = 0; n < size; n++) {
        // Reduced first: the angle stays exact to the last bit.
        double angle = -2 * Math.PI * ((long) k * n % size) / size;
        sumRe += x[0][n] * Math.cos(angle) - x[1][n] * Math.sin(angle);
        sumIm += x[0][n] * Math.sin(angle) + x[1][n] * Math.cos(angle);
      }
      assertThat(Math.hypot(re[k] - sumRe, im[k] - sumIm))
          .as("size %d, k %d", size, k)
          .isLessThan(1e-14 * size);
    }
  }

  /** There and back, at a size where sloppy twiddle factors would show. */
  @ParameterizedTest
  @ValueSource(ints = {1, 1 << 10, 1 << 21})
  void invertsItself(int size) {
    double[][] x = random(size);
    double[] re = x[0].clone();
    double[] im = x[1].clone();
    Fourier fourier = new Fourier(size);
    fourier.forward(re, im);
    fourier.inverse(re, im);
    double worst = 0;
    for (int n = 0; n < size; n++) {
      worst = Math.max(worst, Math.hypot(re[n] - x[0][n], im[n] - x[1][n]));
    }
    assertThat(worst).isLessThan(1e-14);
  }

  @Test
  void refusesOtherSizes() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Fourier(12))
        .withMessageContaining("12");
  }

  private static double[][] random(int size) {
    Random random = new Random(size);
    double[][] x = new double[2][size];
    for (int n = 0; n < size; n++) {
      x[0][n] = random.nextGaussian();
      x[1][n] = random.nextGaussian();
    }
    return x;
  }
}
