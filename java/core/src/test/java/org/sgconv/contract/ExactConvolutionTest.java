package org.sgconv.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sgconv.ConvolutionMode;
import org.sgconv.oracle.ExactConvolution;
import org.sgconv.oracle.ExactResult;
import org.sgconv.tensor.DType;

/**
 * What every backend is compared with is itself what the definition says: every element where that
 * is cheap, otherwise a random sample, since one element costs L operations.
 */
class ExactConvolutionTest {

  private static final int SAMPLE = 200;

  @ParameterizedTest
  @EnumSource
  void isTheDefinition(ConvolutionMode mode) {
    for (int length : List.of(1, 2, 5, 31, 127, 128, 129, 1000, 4097)) {
      for (boolean everything : new boolean[] {false, true}) {
        ConvolutionCase plain = ConvolutionCase.plain(mode, 3, 2, 2, length);
        check(everything ? plain.withEverything() : plain);
      }
    }
  }

  /** Kernels shorter and longer than the signal, in rows of several lengths. */
  @ParameterizedTest
  @EnumSource
  void isTheDefinitionOfAnyKernelAndRows(ConvolutionMode mode) {
    boolean linear = mode != ConvolutionMode.CIRCULAR;
    for (int length : List.of(1, 2, 5, 31, 128)) {
      for (int lags : List.of(1, 2, length - 1, length, length + 1, 3 * length)) {
        if (lags < 1 || (!linear && lags > length)) {
          continue;
        }
        ConvolutionCase at = ConvolutionCase.plain(mode, 3, 2, 2, length).withKernelLength(lags);
        check(at);
        check(at.withEverything());
        if (linear) {
          check(at.withRaggedRows());
          check(at.withRaggedRows().withEverything());
        }
      }
    }
  }

  private static void check(ConvolutionCase at) {
    int length = at.length();
    int lags = at.kernelLength();
    Random random = Seed.random(at);
    Operands operands = Operands.random(at, DType.FLOAT64, random);
    NaiveConvolution naive = new NaiveConvolution(operands);
    ExactConvolution exact = operands.exact();
    String what = at + Seed.replay();
    compare(
        what + " y",
        exact.output(),
        random,
        i -> {
          int row = i / length;
          return naive.y(row / 4, row / 2 % 2, row % 2, i % length);
        });
    compare(
        what + " du",
        exact.inputGradient(),
        random,
        i -> naive.du(i / length / 2, i / length % 2, i % length));
    compare(
        what + " dk",
        exact.kernelGradient(),
        random,
        i -> naive.dk(i / lags / 2, i / lags % 2, i % lags));
    compare(what + " dskip", exact.skipGradient(), random, i -> naive.dskip(i / 2, i % 2));
    compare(
        what + " dpre",
        exact.preGradient(),
        random,
        i -> naive.dpre(i / length / 2, i / length % 2, i % length));
    compare(
        what + " dpost",
        exact.postGradient(),
        random,
        i -> naive.dpost(i / length / 2, i / length % 2, i % length));
  }

  /** A hundred-millionth of what float32 may be off by. */
  private static void compare(
      String what, ExactResult exact, Random random, IntToDoubleFunction definition) {
    double[] values = exact.toArray();
    boolean all = values.length <= SAMPLE || exact.rowLength() <= 129;
    int count = all ? values.length : SAMPLE;
    for (int n = 0; n < count; n++) {
      int i = all ? n : random.nextInt(values.length);
      int row = i / exact.rowLength();
      double bound = 1e-8 * exact.bound(row).element(i % exact.rowLength());
      assertThat(Math.abs(values[i] - definition.applyAsDouble(i)))
          .as(what + " element " + i)
          .isLessThanOrEqualTo(bound);
    }
  }
}
