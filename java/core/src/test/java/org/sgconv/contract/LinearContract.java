package org.sgconv.contract;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.sgconv.spi.Dropout;
import org.sgconv.spi.LinearGradientOperands;
import org.sgconv.spi.LinearOperands;

/** Linear maps over channels and what meets them, forward and backward, against the reference. */
interface LinearContract extends BackendUnderTest {

  /** A map and what meets it. */
  record LinearCase(
      int batch,
      int inputs,
      int outputs,
      int length,
      boolean gelu,
      boolean glu,
      boolean dropout,
      boolean tied,
      boolean bias,
      boolean residual) {

    int rows() {
      return glu ? 2 * outputs : outputs;
    }

    Dropout elementRule() {
      return dropout ? new Dropout(0.25, 0xCAFEBABE, 3, 0x1_0000_0002L) : Dropout.NONE;
    }

    Dropout rowRule() {
      return tied ? new Dropout(0.5, 77, -4, 9) : Dropout.NONE;
    }
  }

  /** Sizes around those of vectors, tiles and what threads share; the options in turn. */
  default List<LinearCase> linearCases() {
    int[][] sizes = {
      {1, 1, 1, 1},
      {2, 3, 5, 7},
      {1, 17, 9, 33},
      {3, 32, 33, 130},
      {1, 40, 3, 1025},
      {2, 33, 32, 515},
      {4, 7, 33, 1},
      {2, 130, 66, 40}
    };
    List<LinearCase> cases = new ArrayList<>();
    int options = 0;
    for (int[] size : sizes) {
      for (int glu = 0; glu < 2; glu++) {
        for (int gelu = 0; gelu < 2; gelu++) {
          options += 7; // prime to the number of their combinations
          cases.add(
              new LinearCase(
                  size[0],
                  size[1],
                  size[2],
                  size[3],
                  gelu == 1,
                  glu == 1,
                  (options & 1) != 0,
                  (options & 2) != 0,
                  (options & 4) != 0,
                  (options & 8) != 0));
        }
      }
    }
    return cases;
  }

  /** Forward, with and without what the gradient needs; then backward. */
  @TestFactory
  default Stream<DynamicTest> linearMaps() {
    return linearCases().stream().map(at -> dynamicTest(at.toString(), () -> linearMap(at)));
  }

  private void linearMap(LinearCase at) {
    Random random = Seed.random(at);
    double[] x = shifted(random, at.batch() * at.inputs() * at.length(), 0.2);
    double[] weight = shifted(random, at.rows() * at.inputs(), 0);
    double[] bias = shifted(random, at.rows(), 0);
    double[] residual = shifted(random, at.batch() * at.outputs() * at.length(), 0);
    double[] z = forward(at, x, weight, bias, residual, true);
    forward(at, x, weight, bias, residual, false);
    if (at.residual()) {
      intoResidual(at, x, weight, bias, residual);
    }
    double[] dy = shifted(random, residual.length, 0.4);
    double[] rounded = Arrays.stream(z).map(value -> Operands.in(type(), value)).toArray();
    backward(at, x, weight, rounded, dy, true);
    backward(at, x, weight, rounded, dy, false);
  }

  private double[] shifted(Random random, int count, double offset) {
    double[] drawn = Operands.uniform(random, type(), count);
    Arrays.setAll(drawn, i -> Operands.in(type(), drawn[i] + offset));
    return drawn;
  }

  /** Returns z, empty if there is none. */
  private double[] forward(
      LinearCase at, double[] x, double[] weight, double[] bias, double[] residual, boolean keeps) {
    LayerTrial trial = new LayerTrial(this, at + (keeps ? "" : " alone"));
    long length = at.length();
    double[] terms = terms(at, x, weight, bias);
    int tx = trial.in("x", x, at.batch(), at.inputs(), length);
    int tw = trial.in("weight", weight, at.rows(), at.inputs());
    int tb = at.bias() ? trial.in("bias", bias, at.rows()) : trial.none();
    int tr =
        at.residual()
            ? trial.in("residual", residual, at.batch(), at.outputs(), length)
            : trial.none();
    int tz =
        at.glu() && keeps ? trial.outOf("z", terms, at.batch(), at.rows(), length) : trial.none();
    int ty = trial.outOf("y", first(at, terms), at.batch(), at.outputs(), length);
    List<double[]> expected =
        trial.run(
            (ops, t) ->
                ops.linear(
                    new LinearOperands(
                        at.gelu(),
                        at.elementRule(),
                        at.glu(),
                        at.rowRule(),
                        t[tx],
                        t[tw],
                        t[tb],
                        t[tr],
                        t[tz],
                        t[ty])));
    return expected.get(tz);
  }

  private void intoResidual(
      LinearCase at, double[] x, double[] weight, double[] bias, double[] residual) {
    LayerTrial trial = new LayerTrial(this, at + " into the residual");
    int tx = trial.in("x", x, at.batch(), at.inputs(), at.length());
    int tw = trial.in("weight", weight, at.rows(), at.inputs());
    int tb = at.bias() ? trial.in("bias", bias, at.rows()) : trial.none();
    double[] terms = first(at, terms(at, x, weight, bias));
    int ty = trial.inOutOf("y", residual, terms, at.batch(), at.outputs(), at.length());
    trial.run(
        (ops, t) ->
            ops.linear(
                new LinearOperands(
                    at.gelu(),
                    at.elementRule(),
                    at.glu(),
                    at.rowRule(),
                    t[tx],
                    t[tw],
                    t[tb],
                    t[ty],
                    null,
                    t[ty])));
  }

  private void backward(
      LinearCase at, double[] x, double[] weight, double[] z, double[] dy, boolean everything) {
    LayerTrial trial =
        new LayerTrial(this, "gradients of " + at + (everything ? "" : ", of the weight alone"));
    long length = at.length();
    int tx = trial.in("x", x, at.batch(), at.inputs(), length);
    int tw = trial.in("weight", weight, at.rows(), at.inputs());
    int tz = at.glu() ? trial.in("z", z, at.batch(), at.rows(), length) : trial.none();
    int tdy = trial.in("dy", dy, at.batch(), at.outputs(), length);
    int tdx = everything ? trial.out("dx", at.batch(), at.inputs(), length) : trial.none();
    int tdw = trial.out("dweight", at.rows(), at.inputs());
    int tdb = everything && at.bias() ? trial.out("dbias", at.rows()) : trial.none();
    trial.run(
        (ops, t) ->
            ops.linearBackward(
                new LinearGradientOperands(
                    at.gelu(),
                    at.elementRule(),
                    at.glu(),
                    at.rowRule(),
                    t[tx],
                    t[tw],
                    t[tz],
                    t[tdy],
                    t[tdx],
                    t[tdw],
                    t[tdb])));
  }

  /** What z is a sum of: |W|·|x| + |bias|, as no activation makes more of x. */
  private static double[] terms(LinearCase at, double[] x, double[] weight, double[] bias) {
    double[] terms = new double[at.batch() * at.rows() * at.length()];
    for (int i = 0; i < terms.length; i++) {
      int l = i % at.length();
      int m = i / at.length() % at.rows();
      int b = i / at.length() / at.rows();
      terms[i] = at.bias() ? Math.abs(bias[m]) : 0;
      for (int n = 0; n < at.inputs(); n++) {
        terms[i] +=
            Math.abs(weight[m * at.inputs() + n] * x[(b * at.inputs() + n) * at.length() + l]);
      }
      terms[i] /= Math.sqrt(at.inputs()); // errors of sums add up like a random walk
    }
    return terms;
  }

  /** Those of y: of the gated half. */
  private static double[] first(LinearCase at, double[] terms) {
    double[] part = new double[at.batch() * at.outputs() * at.length()];
    int row = at.outputs() * at.length();
    for (int b = 0; b < at.batch(); b++) {
      System.arraycopy(terms, b * at.rows() * at.length(), part, b * row, row);
    }
    return part;
  }
}
