package org.sgconv.contract;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.sgconv.tensor.Tensor;

/** Norms of layers, forward and backward, against the reference. */
interface NormContract extends BackendUnderTest {

  /** ε of norms that have one. */
  double EPSILON = 1e-5;

  /**
   * Far from 0 on the scale of its deviation: the mean square minus the square of the mean is of no
   * use there.
   */
  double OFFSET = 1000;

  /** Signals of a norm. */
  record Signals(int batch, int channels, int length, double offset) {

    int count() {
      return batch * channels * length;
    }

    int channel(int element) {
      return element / length % channels;
    }

    int position(int element) {
      return element / (channels * length) * length + element % length;
    }

    long[] dims() {
      return new long[] {batch, channels, length};
    }
  }

  /** Sizes around those of vectors, and of what threads share. */
  default List<Signals> signals() {
    return List.of(
        new Signals(1, 1, 1, 0),
        new Signals(1, 2, 3, 0),
        new Signals(3, 5, 7, 0),
        new Signals(2, 17, 33, 0),
        new Signals(1, 64, 129, OFFSET),
        new Signals(5, 3, 1, 0),
        new Signals(2, 4, 257, OFFSET),
        new Signals(1, 130, 511, 0),
        new Signals(2, 33, 1030, 0));
  }

  /** LayerNorm over channels. */
  @TestFactory
  default Stream<DynamicTest> layerNorms() {
    return signals().stream().map(at -> dynamicTest(at.toString(), () -> layerNorm(at)));
  }

  private void layerNorm(Signals at) {
    Draw draw = new Draw(this, at);
    int positions = at.batch() * at.length();
    NormTerms terms = new NormTerms(draw.x, positions, at::position, EPSILON, 0);
    double[] weight = draw.values(at.channels(), 1);
    double[] bias = draw.values(at.channels(), 0);
    double[] sums = terms.forward(weight, bias, at::channel);
    for (boolean kept : new boolean[] {true, false}) {
      LayerTrial trial = new LayerTrial(this, "layer norm " + at + (kept ? "" : " alone"));
      int x = trial.in("x", draw.x, at.dims());
      int w = trial.in("weight", weight, at.channels());
      int b = trial.in("bias", bias, at.channels());
      int y = trial.outOf("y", sums, at.dims());
      int mean =
          kept ? trial.outOf("mean", terms.meanTerms, at.batch(), at.length()) : trial.none();
      int scale =
          kept ? trial.outOf("scale", terms.scaleTerms, at.batch(), at.length()) : trial.none();
      trial.run(
          (ops, t) -> ops.norms().layerNorm(t[x], t[w], t[b], EPSILON, t[y], t[mean], t[scale]));
    }
    for (int form = 0; form < 3; form++) {
      Backward trial = new Backward(this, "layer norm", at, draw, form);
      int w = trial.in("weight", weight, at.channels());
      int mean = trial.in("mean", draw.rounded(terms.mean), at.batch(), at.length());
      int scale = trial.in("scale", draw.rounded(terms.scale), at.batch(), at.length());
      trial.gradient(terms.backward(weight, draw.dy, at::channel));
      int dweight =
          trial.outOf(
              "dweight", terms.parameter(at.channels(), draw.dy, at::channel), at.channels());
      int dbias =
          trial.outOf("dbias", magnitudes(at.channels(), draw.dy, at::channel), at.channels());
      trial.run(
          (ops, t, x, dy, residual, dx) ->
              ops.norms()
                  .layerNormBackward(
                      x, t[w], t[mean], t[scale], dy, residual, dx, t[dweight], t[dbias]));
    }
  }

  /** The norm with two scalars, of more than one channel: a single one does not deviate. */
  @TestFactory
  default Stream<DynamicTest> scalarNorms() {
    return signals().stream()
        .filter(at -> at.channels() > 1)
        .map(at -> dynamicTest(at.toString(), () -> scalarNorm(at)));
  }

  private void scalarNorm(Signals at) {
    Draw draw = new Draw(this, at);
    double[] shift = draw.values(1, 0.5);
    double[] factor = draw.values(1, 2);
    int positions = at.batch() * at.length();
    NormTerms terms = new NormTerms(draw.x, positions, at::position, 0, shift[0]);
    for (boolean kept : new boolean[] {true, false}) {
      LayerTrial trial = new LayerTrial(this, "scalar norm " + at + (kept ? "" : " alone"));
      int x = trial.in("x", draw.x, at.dims());
      int m = trial.in("shift", shift, 1);
      int s = trial.in("factor", factor, 1);
      int y = trial.outOf("y", terms.forward(factor, new double[1], _ -> 0), at.dims());
      int mean =
          kept ? trial.outOf("mean", terms.meanTerms, at.batch(), at.length()) : trial.none();
      int scale =
          kept ? trial.outOf("scale", terms.scaleTerms, at.batch(), at.length()) : trial.none();
      trial.run((ops, t) -> ops.norms().scalarNorm(t[x], t[m], t[s], t[y], t[mean], t[scale]));
    }
    for (int form = 0; form < 3; form++) {
      Backward trial = new Backward(this, "scalar norm", at, draw, form);
      int m = trial.in("shift", shift, 1);
      int s = trial.in("factor", factor, 1);
      int mean = trial.in("mean", draw.rounded(terms.mean), at.batch(), at.length());
      int scale = trial.in("scale", draw.rounded(terms.scale), at.batch(), at.length());
      trial.gradient(terms.backward(factor, draw.dy, _ -> 0));
      double[] scaled = new double[draw.dy.length];
      Arrays.setAll(scaled, i -> draw.dy[i] * factor[0] * terms.scale[at.position(i)]);
      int dshift = trial.outOf("dshift", magnitudes(1, scaled, _ -> 0), 1);
      int dfactor = trial.outOf("dfactor", terms.parameter(1, draw.dy, _ -> 0), 1);
      trial.run(
          (ops, t, x, dy, residual, dx) ->
              ops.norms()
                  .scalarNormBackward(
                      x, t[m], t[s], t[mean], t[scale], dy, residual, dx, t[dshift], t[dfactor]));
    }
  }

  /** BatchNorm, with statistics of its own and given ones. */
  @TestFactory
  default Stream<DynamicTest> batchNorms() {
    return signals().stream().map(at -> dynamicTest(at.toString(), () -> batchNorm(at)));
  }

  private void batchNorm(Signals at) {
    Draw draw = new Draw(this, at);
    int channels = at.channels();
    NormTerms terms = new NormTerms(draw.x, channels, at::channel, EPSILON, 0);
    double[] weight = draw.values(channels, 1);
    double[] bias = draw.values(channels, 0);
    double[] sums = terms.forward(weight, bias, at::channel);
    double[] spread = new double[channels];
    Arrays.setAll(spread, h -> terms.variance[h] * (1 + terms.meanTerms[h] * terms.scale[h]));
    LayerTrial own = new LayerTrial(this, "batch norm " + at);
    int x1 = own.in("x", draw.x, at.dims());
    int w1 = own.in("weight", weight, channels);
    int b1 = own.in("bias", bias, channels);
    int y1 = own.outOf("y", sums, at.dims());
    int mean1 = own.outOf("mean", terms.meanTerms, channels);
    int variance1 = own.outOf("variance", spread, channels);
    own.run(
        (ops, t) ->
            ops.norms().batchNorm(t[x1], t[w1], t[b1], EPSILON, t[y1], t[mean1], t[variance1]));
    LayerTrial given = new LayerTrial(this, "batch norm with statistics " + at);
    int x2 = given.in("x", draw.x, at.dims());
    int w2 = given.in("weight", weight, channels);
    int b2 = given.in("bias", bias, channels);
    int y2 = given.outOf("y", sums, at.dims());
    int mean2 = given.in("mean", draw.rounded(terms.mean), channels);
    int variance2 = given.in("variance", draw.rounded(terms.variance), channels);
    given.run(
        (ops, t) ->
            ops.norms().batchNormWith(t[x2], t[w2], t[b2], EPSILON, t[mean2], t[variance2], t[y2]));
    for (int form = 0; form < 3; form++) {
      Backward trial = new Backward(this, "batch norm", at, draw, form);
      int w = trial.in("weight", weight, channels);
      int mean = trial.in("mean", draw.rounded(terms.mean), channels);
      int variance = trial.in("variance", draw.rounded(terms.variance), channels);
      trial.gradient(terms.backward(weight, draw.dy, at::channel));
      int dweight =
          trial.outOf("dweight", terms.parameter(channels, draw.dy, at::channel), channels);
      int dbias = trial.outOf("dbias", magnitudes(channels, draw.dy, at::channel), channels);
      trial.run(
          (ops, t, x, dy, residual, dx) ->
              ops.norms()
                  .batchNormBackward(
                      x,
                      t[w],
                      EPSILON,
                      t[mean],
                      t[variance],
                      dy,
                      residual,
                      dx,
                      t[dweight],
                      t[dbias]));
    }
  }

  /** Sums of magnitudes. */
  private static double[] magnitudes(int count, double[] values, IntUnaryOperator of) {
    double[] sums = new double[count];
    for (int i = 0; i < values.length; i++) {
      sums[of.applyAsInt(i)] += Math.abs(values[i]);
    }
    return sums;
  }

  /** Random values of a case, in the type under test. */
  final class Draw {
    final BackendUnderTest under;
    final Random random;
    final double[] x;
    final double[] dy;
    final double[] residual;

    Draw(BackendUnderTest under, Signals at) {
      this.under = under;
      this.random = Seed.random(at);
      this.x = values(at.count(), at.offset());
      this.dy = values(at.count(), 0.4);
      this.residual = values(at.count(), 0);
    }

    double[] values(int count, double offset) {
      double[] drawn = Operands.uniform(random, under.type(), count);
      Arrays.setAll(drawn, i -> Operands.in(under.type(), drawn[i] + offset));
      return drawn;
    }

    double[] rounded(double[] values) {
      return Arrays.stream(values).map(value -> Operands.in(under.type(), value)).toArray();
    }
  }

  /** The backward pass of a norm: without a residual, with one, and with one that becomes dx. */
  final class Backward {
    private final LayerTrial trial;
    private final Signals at;
    private final Draw draw;
    private final int form;
    private final int x;
    private final int dy;
    private int residual;
    private int dx;

    /** The operation on the tensors by number, and those that all norms have. */
    interface Operation {
      void run(
          org.sgconv.spi.LayerOperations layers,
          Tensor[] tensors,
          Tensor x,
          Tensor dy,
          Tensor residual,
          Tensor dx);
    }

    Backward(BackendUnderTest under, String norm, Signals at, Draw draw, int form) {
      String[] forms = {"", " with residual", " into residual"};
      this.trial = new LayerTrial(under, "gradient of " + norm + " " + at + forms[form]);
      this.at = at;
      this.draw = draw;
      this.form = form;
      this.x = trial.in("x", draw.x, at.dims());
      this.dy = trial.in("dy", draw.dy, at.dims());
    }

    int in(String name, double[] values, long... dims) {
      return trial.in(name, values, dims);
    }

    int outOf(String name, double[] magnitudes, long... dims) {
      return trial.outOf(name, magnitudes, dims);
    }

    void gradient(double[] magnitudes) {
      switch (form) {
        case 0 -> {
          residual = trial.none();
          dx = trial.outOf("dx", magnitudes, at.dims());
        }
        case 1 -> {
          residual = trial.in("residual", draw.residual, at.dims());
          dx = trial.outOf("dx", magnitudes, at.dims());
        }
        default -> {
          residual = trial.inOutOf("dx", draw.residual, magnitudes, at.dims());
          dx = residual;
        }
      }
    }

    void run(Operation operation) {
      trial.run((ops, t) -> operation.run(ops, t, t[x], t[dy], t[residual], t[dx]));
    }
  }
}
