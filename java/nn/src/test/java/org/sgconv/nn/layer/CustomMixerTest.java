package org.sgconv.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.Backends;
import org.sgconv.nn.Held;
import org.sgconv.nn.Layer;
import org.sgconv.nn.Norm;
import org.sgconv.nn.Pass;
import org.sgconv.nn.Slope;
import org.sgconv.nn.Values;
import org.sgconv.nn.state.NamedParameter;
import org.sgconv.nn.state.ParameterList;
import org.sgconv.nn.state.SeededSource;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Residual blocks around layers of an application's own, and around blocks: layers that know
 * nothing of each other share the memory of a pass, and none overwrites what another still needs.
 */
class CustomMixerTest {

  private static final int HIDDEN = 3;
  private static final double DROPOUT = 0.4;

  /** How blocks are put together. */
  enum Build {
    /** The mixer alone. */
    PLAIN(false, build -> block(build, new SquaringLayer(HIDDEN, 0.3))),
    /** A block around a block. */
    NESTED(false, build -> block(build, block(build, new SquaringLayer(HIDDEN, 0.3)))),
    /** A norm first around a norm last, and the other way round once more inside. */
    MIXED(
        false,
        build ->
            block(
                build,
                new ResidualBlock(
                    block(build, new SquaringLayer(HIDDEN, 0.3)),
                    build.norm(),
                    !build.normFirst,
                    build.dropout,
                    build.site++))),
    /** Three blocks deep, with batch norms. */
    BATCHED(
        true, build -> block(build, block(build, block(build, new SquaringLayer(HIDDEN, 0.3)))));

    private final boolean batch;
    private final Maker maker;

    Build(boolean batch, Maker maker) {
      this.batch = batch;
      this.maker = maker;
    }
  }

  private interface Maker {
    Layer make(Parts parts);
  }

  /** What the blocks of one layer have in common. */
  private static final class Parts {
    private final boolean batch;
    private final boolean normFirst;
    private final double dropout;
    private int site;

    Parts(Build build, boolean normFirst, double dropout) {
      this.batch = build.batch;
      this.normFirst = normFirst;
      this.dropout = dropout;
    }

    Norm norm() {
      SeededSource source = SeededSource.of(Backends.reference(), DType.FLOAT64, 1);
      return batch ? BatchNorm.create(HIDDEN, source) : LayerNorm.create(HIDDEN, source);
    }
  }

  private static ResidualBlock block(Parts parts, Layer mixer) {
    return new ResidualBlock(mixer, parts.norm(), parts.normFirst, parts.dropout, parts.site++);
  }

  private static Layer layer(Build build, boolean normFirst, double dropout) {
    return build.maker.make(new Parts(build, normFirst, dropout));
  }

  private static Tensor signals(long seed) {
    double[] values = new Random(seed).doubles(5 * HIDDEN * 7, -1, 1).toArray();
    return Tensor.of(values, 5, HIDDEN, 7);
  }

  @ParameterizedTest
  @EnumSource
  void gradientsAreSlopes(Build build) {
    for (boolean normFirst : new boolean[] {true, false}) {
      for (double dropout : new double[] {0, DROPOUT}) {
        gradientsAreSlopes(build, normFirst, dropout);
      }
    }
  }

  private static void gradientsAreSlopes(Build build, boolean normFirst, double dropout) {
    String what = build + (normFirst ? " before" : " after") + ", dropout " + dropout + " ";
    Held before = Held.now();
    try (Layer layer = layer(build, normFirst, dropout);
        Pass pass = Pass.training(Backends.reference(), DType.FLOAT64, 3);
        Tensor x = signals(1);
        Tensor dy = signals(2)) {
      double[] weights = dy.toDoubleArray();
      Slope.Loss loss =
          () -> {
            double[] y = layer.forward(x, pass).toDoubleArray();
            double sum = 0;
            for (int i = 0; i < y.length; i++) {
              sum += weights[i] * y[i];
            }
            return sum;
          };
      assertThat(loss.now()).isFinite();
      double[] dx = layer.backward(dy, pass).toDoubleArray();
      assertThat(dy.toDoubleArray()).as("dy stays as it is").isEqualTo(weights);
      List<NamedParameter> parameters = ParameterList.of(layer);
      List<double[]> gradients = new ArrayList<>();
      parameters.forEach(each -> gradients.add(each.parameter().gradient().toDoubleArray()));
      Slope slope = new Slope();
      slope.check(what + "x", x, dx, 1, loss);
      for (int i = 0; i < gradients.size(); i++) {
        NamedParameter each = parameters.get(i);
        slope.check(what + each.name(), each.parameter().value(), gradients.get(i), 1, loss);
      }
    }
    before.requireSame("closing");
  }

  /** A layer norm does not know whether it is trained, and without dropout nothing else does. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anEvaluationIsATrainingWithoutDropout(boolean normFirst) {
    for (Build build : new Build[] {Build.PLAIN, Build.NESTED, Build.MIXED}) {
      try (Layer first = layer(build, normFirst, 0);
          Layer second = layer(build, normFirst, 0);
          Layer third = layer(build, normFirst, 0);
          Tensor x = signals(1);
          Pass training = Pass.training(Backends.reference(), DType.FLOAT64, 3);
          Pass evaluation = Pass.evaluation(Backends.reference(), DType.FLOAT64)) {
        double[] input = x.toDoubleArray();
        Tensor trained =
            third.forward(second.forward(first.forward(x, training), training), training);
        Tensor evaluated =
            third.forward(second.forward(first.forward(x, evaluation), evaluation), evaluation);
        assertThat(Values.bits(evaluated)).as("%s", build).isEqualTo(Values.bits(trained));
        assertThat(x.toDoubleArray()).isEqualTo(input);
        Held held = Held.now();
        third.forward(second.forward(first.forward(x, evaluation), evaluation), evaluation);
        held.requireSame("a second evaluation");
      }
    }
  }

  /** The mixer's result and its dropout go to the same block that a fused layer would have. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void dropoutLeavesOutWholeRows(boolean normFirst) {
    try (Layer with = layer(Build.PLAIN, normFirst, DROPOUT);
        Layer without = layer(Build.PLAIN, normFirst, 0);
        Tensor x = signals(1);
        Pass pass = Pass.training(Backends.reference(), DType.FLOAT64, 3)) {
      double[] dropped = with.forward(x, pass).toDoubleArray();
      double[] all = without.forward(x, pass).toDoubleArray();
      assertThat(dropped).isNotEqualTo(all);
      if (normFirst) {
        int rows = 0;
        double[] residual = x.toDoubleArray();
        for (int row = 0; row < 5 * HIDDEN; row++) {
          boolean left = dropped[7 * row] == residual[7 * row];
          for (int l = 0; l < 7; l++) {
            double mixed = all[7 * row + l] - residual[7 * row + l];
            double expected = left ? 0 : mixed / (1 - DROPOUT);
            assertThat(dropped[7 * row + l] - residual[7 * row + l])
                .isCloseTo(expected, offset(1e-12));
          }
          rows += left ? 1 : 0;
        }
        assertThat(rows).isBetween(1, 5 * HIDDEN - 1);
      }
    }
  }
}
