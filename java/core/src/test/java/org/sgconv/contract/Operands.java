package org.sgconv.contract;

import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.sgconv.conv.RowLengths;
import org.sgconv.oracle.ExactConvolution;
import org.sgconv.oracle.ExactConvolutionBuilder;
import org.sgconv.oracle.SignalClass;
import org.sgconv.oracle.TestSignals;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Random operands of one case, as float64; exactly representable in the type under test, so that
 * oracle and candidate see the same numbers. Where rows have lengths, everything beyond them is
 * NaN.
 *
 * @param type of signals
 * @param lengths of the rows, L each unless they are ragged
 * @param u (B,H,L)
 * @param kernel (C',H,K)
 * @param skip (C,H), zeros if the case has none
 * @param pre (B,H,L), ones if the case has none
 * @param post (B,H,L), ones if the case has none
 * @param dy (B,C·H,L)
 */
@SuppressWarnings("ArrayRecordComponent") // plain carriers of test values, never compared
record Operands(
    ConvolutionCase at,
    DType type,
    long[] lengths,
    double[] u,
    double[] kernel,
    double[] skip,
    double[] pre,
    double[] post,
    double[] dy) {

  /**
   * Values from −1 to 1: with longer tails the largest of a million products, and with it the
   * largest error, would be far above the root mean square that errors are measured by. dy contains
   * some of v = pre ⊙ u, so that dD does not vanish by chance; what is left of a cancelled sum is
   * mostly rounding error, whoever computes it.
   */
  static Operands random(ConvolutionCase at, DType type, Random random) {
    double[] u = uniform(random, type, at.signalCount());
    double[] kernel = uniform(random, type.kernelType(), at.kernelCount());
    double[] skip = new double[at.heads() * at.hidden()];
    if (at.skip()) {
      skip = uniform(random, type.kernelType(), skip.length);
    }
    double[] pre = at.pre() ? uniform(random, type, at.signalCount()) : ones(at.signalCount());
    double[] post = at.post() ? uniform(random, type, at.signalCount()) : ones(at.signalCount());
    double[] dy = uniform(random, type, at.outputCount());
    int row = at.hidden() * at.length();
    double share = 8 / Math.sqrt((double) at.batch() * at.length());
    for (int i = 0; i < dy.length; i++) {
      int signal = i / row / at.heads() * row + i % row;
      dy[i] = in(type, dy[i] + share * u[signal] * pre[signal] * post[signal]);
    }
    long[] lengths = lengths(at, random);
    for (double[] rows : new double[][] {u, pre, post, dy}) {
      poisonBeyond(lengths, at, rows);
    }
    return new Operands(at, type, lengths, u, kernel, skip, pre, post, dy);
  }

  /** The least and the greatest there are among them, if there are as many rows. */
  private static long[] lengths(ConvolutionCase at, Random random) {
    long[] lengths = new long[at.batch()];
    Arrays.setAll(lengths, b -> at.ragged() ? 1 + random.nextInt(at.length()) : at.length());
    if (at.ragged() && at.batch() > 2) {
      lengths[0] = at.length();
      lengths[1] = 1;
    }
    return lengths;
  }

  private static void poisonBeyond(long[] lengths, ConvolutionCase at, double[] rows) {
    int ofOneSignal = rows.length / at.batch();
    for (int i = 0; i < rows.length; i++) {
      if (i % at.length() >= lengths[i / ofOneSignal]) {
        rows[i] = Double.NaN;
      }
    }
  }

  /** As a call takes them; none where every row has L. */
  Optional<RowLengths> rowLengths() {
    return at.ragged() ? Optional.of(RowLengths.of(lengths)) : Optional.empty();
  }

  /** The same with another kernel. */
  Operands withKernel(double[] other) {
    return new Operands(at, type, lengths, u, other, skip, pre, post, dy);
  }

  /** The same with another signal. */
  Operands withInput(double[] other) {
    return new Operands(at, type, lengths, other, kernel, skip, pre, post, dy);
  }

  /**
   * Operands of a class of signals; gates as {@link #random} has them, where the class takes any.
   */
  static Operands of(ConvolutionCase at, SignalClass signals, DType type, Random random) {
    TestSignals drawn =
        signals.draw(random, at.mode(), at.batch(), at.heads(), at.hidden(), at.length());
    Operands other = random(at, type, random);
    return new Operands(
        at,
        type,
        other.lengths,
        rounded(type, drawn.input()),
        rounded(type.kernelType(), drawn.kernel()),
        other.skip,
        other.pre,
        other.post,
        rounded(type, drawn.outputGradient()));
  }

  private static double[] rounded(DType type, double[] values) {
    return Arrays.stream(values).map(value -> in(type, value)).toArray();
  }

  /** What this convolution and its gradients are. */
  ExactConvolution exact() {
    long[] signal = {at.batch(), at.hidden(), at.length()};
    try (Tensor input = Tensor.of(u, signal);
        Tensor lags = Tensor.of(kernel, at.channels(), at.hidden(), at.kernelLength());
        Tensor skips = Tensor.of(skip, at.heads(), at.hidden());
        Tensor before = Tensor.of(pre, signal);
        Tensor after = Tensor.of(post, signal);
        Tensor gradient = Tensor.of(dy, at.batch(), (long) at.heads() * at.hidden(), at.length())) {
      ExactConvolutionBuilder exact =
          ExactConvolution.builder(at.mode(), lags, input).outputGradient(gradient).judging(type);
      if (at.skip()) {
        exact.skip(skips);
      }
      if (at.pre()) {
        exact.pre(before);
      }
      if (at.post()) {
        exact.post(after);
      }
      ExactConvolution whole = exact.build();
      return at.ragged() ? whole.within(lengths) : whole;
    }
  }

  static double[] uniform(Random random, DType type, int count) {
    double[] values = new double[count];
    Arrays.setAll(values, i -> in(type, 2 * random.nextDouble() - 1));
    return values;
  }

  /** The nearest value of that type. */
  static double in(DType type, double value) {
    return switch (type) {
      case FLOAT32 -> (float) value;
      case FLOAT64 -> value;
      case FLOAT16 -> Float.float16ToFloat(Float.floatToFloat16((float) value));
      // Adding 2^17 times the value pushes the lower 16 bits out, rounded.
      case BFLOAT16 -> {
        float single = (float) value;
        float pushed = single * 65537;
        yield pushed - (pushed - single);
      }
    };
  }

  private static double[] ones(int count) {
    double[] values = new double[count];
    Arrays.fill(values, 1);
    return values;
  }
}
