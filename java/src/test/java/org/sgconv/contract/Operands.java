package org.sgconv.contract;

import java.util.Arrays;
import java.util.Random;
import org.sgconv.tensor.DType;

/**
 * Random operands of one case, as float64; exactly representable in the type under test, so that
 * oracle and candidate see the same numbers.
 *
 * @param u (B,H,L)
 * @param kernel (C',H,L)
 * @param skip (C,H), zeros if the case has none
 * @param pre (B,H,L), ones if the case has none
 * @param post (B,H,L), ones if the case has none
 * @param dy (B,C·H,L)
 */
@SuppressWarnings("ArrayRecordComponent") // plain carriers of test values, never compared
record Operands(
    ConvolutionCase at,
    double[] u,
    double[] kernel,
    double[] skip,
    double[] pre,
    double[] post,
    double[] dy) {

  static Operands random(ConvolutionCase at, DType type, Random random) {
    return new Operands(
        at,
        normal(random, type, at.signalCount()),
        normal(random, type, at.kernelCount()),
        at.skip()
            ? normal(random, type, at.heads() * at.hidden())
            : new double[at.heads() * at.hidden()],
        at.pre() ? normal(random, type, at.signalCount()) : ones(at.signalCount()),
        at.post() ? normal(random, type, at.signalCount()) : ones(at.signalCount()),
        normal(random, type, at.outputCount()));
  }

  static double[] normal(Random random, DType type, int count) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      double value = random.nextGaussian();
      values[i] = type == DType.FLOAT32 ? (float) value : value;
    }
    return values;
  }

  private static double[] ones(int count) {
    double[] values = new double[count];
    Arrays.fill(values, 1);
    return values;
  }
}
