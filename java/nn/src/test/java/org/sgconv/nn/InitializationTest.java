package org.sgconv.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sgconv.Backend;
import org.sgconv.BackendUnavailableException;
import org.sgconv.Backends;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.nn.layer.SgConvSpec;
import org.sgconv.nn.model.DecoderSpec;
import org.sgconv.nn.model.EncoderSpec;
import org.sgconv.nn.model.NormKind;
import org.sgconv.nn.model.Pooling;
import org.sgconv.nn.model.SequenceModel;
import org.sgconv.nn.model.SequenceModelSpec;
import org.sgconv.nn.state.NamedParameter;
import org.sgconv.tensor.DType;

/** What a new model begins with, and what its parameters ask of an optimizer. */
class InitializationTest {

  private static final Backend BACKEND = Backends.reference();

  /** Large enough that means and spreads say something. */
  private static final SequenceModelSpec WIDE =
      new SequenceModelSpec(
          1,
          SgConvSpec.of(KernelSpec.builder().hidden(64).kernelDim(2).maxLength(8).build()),
          NormKind.BATCH,
          true,
          0,
          new EncoderSpec.OfTokens(100),
          new DecoderSpec(Pooling.MEAN, true, 20));

  private static Map<String, double[]> values(SequenceModel model) {
    Map<String, double[]> found = new HashMap<>();
    Values.of(model)
        .forEach(
            (name, bits) ->
                found.put(name, bits.stream().mapToDouble(Double::longBitsToDouble).toArray()));
    return found;
  }

  @Test
  void linearMapsAreUniformInTheRangeOfTheirInputs() {
    try (SequenceModel model = SequenceModel.create(BACKEND, WIDE, DType.FLOAT64, 1)) {
      Map<String, double[]> values = values(model);
      uniform(values.get("model.layers.0.layer.output_linear.0.weight"), 64);
      uniform(values.get("model.layers.0.layer.output_linear.0.bias"), 64);
      uniform(values.get("decoder.0.retrieval.classifier.0.weight"), 256);
      uniform(values.get("decoder.0.retrieval.classifier.0.bias"), 256);
      uniform(values.get("decoder.0.retrieval.classifier.2.weight"), 64);
    }
  }

  /** The mean and the spread of so many numbers are off by a few hundredths of the range. */
  private static void uniform(double[] values, int inputs) {
    double most = 1 / Math.sqrt(inputs);
    assertThat(Arrays.stream(values).map(Math::abs).max().orElseThrow())
        .isBetween(0.9 * most, most);
    double mean = Arrays.stream(values).average().orElseThrow();
    double variance = Arrays.stream(values).map(each -> each * each).average().orElseThrow();
    assertThat(mean / most).isBetween(-0.3, 0.3);
    assertThat(variance / (most * most / 3)).isBetween(0.7, 1.3);
  }

  @Test
  void embeddingsAndSkipsAreStandardNormal() {
    try (SequenceModel model = SequenceModel.create(BACKEND, WIDE, DType.FLOAT64, 1)) {
      double[] table = values(model).get("encoder.0.weight");
      assertThat(table).hasSize(6400);
      assertThat(Arrays.stream(table).average().orElseThrow()).isBetween(-0.05, 0.05);
      assertThat(Arrays.stream(table).map(each -> each * each).average().orElseThrow())
          .isBetween(0.93, 1.07);
      assertThat(Arrays.stream(table).filter(each -> Math.abs(each) > 1).count() / 6400.0)
          .as("share beyond one sigma")
          .isBetween(0.29, 0.345);
      double[] skip = values(model).get("model.layers.0.layer.D");
      assertThat(Arrays.stream(skip).map(each -> each * each).average().orElseThrow())
          .isBetween(0.5, 1.6);
    }
  }

  @Test
  void normsChangeNothing() {
    try (SequenceModel model = SequenceModel.create(BACKEND, WIDE, DType.FLOAT64, 1);
        SequenceModel transposed =
            SequenceModel.create(BACKEND, SmallModels.TRANSPOSED.spec(), DType.FLOAT64, 1)) {
      Map<String, double[]> values = values(model);
      for (String norm : List.of("model.layers.0.norm.norm.", "model.norm.norm.")) {
        assertThat(values.get(norm + "weight")).hasSize(64).containsOnly(1);
        assertThat(values.get(norm + "bias")).hasSize(64).containsOnly(0);
        assertThat(values.get(norm + "running_mean")).hasSize(64).containsOnly(0);
        assertThat(values.get(norm + "running_var")).hasSize(64).containsOnly(1);
        assertThat(Values.of(model).get(norm + "num_batches_tracked")).containsExactly(0L);
      }
      assertThat(values(transposed).get("model.layers.0.norm.norm.m")).containsExactly(0);
      assertThat(values(transposed).get("model.layers.0.layer.norm.norm.s")).containsExactly(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSeedIsOneModelInEveryTypeAndPlace(SmallModels kind) {
    Backend other = new FailingBackend().backend;
    try (SequenceModel model = SequenceModel.create(BACKEND, kind.spec(), DType.FLOAT64, 5);
        SequenceModel again = SequenceModel.create(other, kind.spec(), DType.FLOAT64, 5);
        SequenceModel narrow = SequenceModel.create(BACKEND, kind.spec(), DType.FLOAT32, 5);
        SequenceModel different = SequenceModel.create(BACKEND, kind.spec(), DType.FLOAT64, 6)) {
      Map<String, List<Long>> parameters = Values.parameters(model.parameters());
      assertThat(Values.parameters(again.parameters())).isEqualTo(parameters);
      Map<String, List<Long>> rounded = new HashMap<>();
      parameters.forEach(
          (name, bits) ->
              rounded.put(
                  name,
                  bits.stream()
                      .map(Double::longBitsToDouble)
                      .map(value -> Double.doubleToRawLongBits(value.floatValue()))
                      .toList()));
      assertThat(Values.parameters(narrow.parameters())).isEqualTo(rounded);
      assertThat(Values.parameters(different.parameters())).isNotEqualTo(parameters);
    }
  }

  /** Every layer is drawn anew, not with the numbers of the one before. */
  @Test
  void layersDiffer() {
    try (SequenceModel model =
        SequenceModel.create(BACKEND, SmallModels.SIGNALS.spec(), DType.FLOAT64, 5)) {
      Map<String, double[]> values = values(model);
      for (String name : List.of("D", "output_linear.0.weight", "kernel_list.0", "decay")) {
        assertThat(values.get("model.layers.0.layer." + name))
            .as(name)
            .isNotEqualTo(values.get("model.layers.1.layer." + name));
      }
    }
  }

  private static Map<String, OptimizerHint> hints(SmallModels kind) {
    Map<String, OptimizerHint> hints = new HashMap<>();
    try (SequenceModel model = SequenceModel.create(BACKEND, kind.spec(), DType.FLOAT64, 5)) {
      for (NamedParameter each : model.parameters()) {
        hints.put(each.name(), each.parameter().hint());
      }
    }
    return hints;
  }

  @ParameterizedTest
  @EnumSource
  void parametersAskOfAnOptimizer(SmallModels kind) {
    boolean transposed = kind == SmallModels.TRANSPOSED;
    hints(kind)
        .forEach(
            (name, hint) -> {
              OptimizerHint expected = OptimizerHint.COMMON;
              if (name.contains(".kernel_list.")) {
                expected = OptimizerHint.learningRate(0.001);
              } else if (name.endsWith(".decay")) {
                expected =
                    kind == SmallModels.SIGNALS
                        ? OptimizerHint.FROZEN
                        : OptimizerHint.learningRate(0.001);
              } else if (transposed
                  && (name.endsWith("output_linear.0.bias")
                      || name.endsWith(".norm.m")
                      || name.endsWith(".norm.s"))) {
                expected = OptimizerHint.undecayed();
              }
              assertThat(hint).as(name).isEqualTo(expected);
            });
    assertThat(OptimizerHint.learningRate(0.001).learningRate()).isEqualTo(OptionalDouble.of(1e-3));
    assertThat(OptimizerHint.undecayed().weightDecay()).isEqualTo(OptionalDouble.of(0));
  }

  @Test
  void aBackendThatCannotBeUsedLeavesNothing() {
    Held before = Held.now();
    FailingBackend failing = new FailingBackend();
    failing.becomeUnavailable();
    assertThatThrownBy(
            () ->
                SequenceModel.create(
                    failing.backend, SmallModels.TOKENS_AFTER.spec(), DType.FLOAT64, 1))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessageContaining("failing");
    assertThatThrownBy(() -> Pass.training(failing.backend, DType.FLOAT64, 1))
        .isInstanceOf(BackendUnavailableException.class);
    before.requireSame("refusals");
  }
}
