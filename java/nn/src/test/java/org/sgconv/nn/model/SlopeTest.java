package org.sgconv.nn.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.sgconv.Backend;
import org.sgconv.nn.LayerBackends;
import org.sgconv.nn.Parameter;
import org.sgconv.nn.Pass;
import org.sgconv.nn.Slope;
import org.sgconv.nn.SmallModels;
import org.sgconv.nn.state.NamedParameter;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * The gradients of whole models are the slopes of their loss: with dropout, whose masks stay, since
 * they are of the step; the running statistics do not matter in a training pass.
 */
class SlopeTest {

  static Stream<Arguments> modelsOnBackends() {
    return LayerBackends.all()
        .flatMap(
            backend ->
                Arrays.stream(SmallModels.values()).map(kind -> Arguments.of(kind, backend)));
  }

  @ParameterizedTest
  @MethodSource("modelsOnBackends")
  void everyGradientIsTheSlopeOfTheLoss(SmallModels kind, Backend backend) {
    try (SequenceModel model = SequenceModel.create(backend, kind.spec(), DType.FLOAT64, 7);
        Pass pass = model.trainingPass(2222);
        Tensor samples = kind.samples(backend, DType.FLOAT64)) {
      pass.setStep(3);
      ModelInput input = kind.input(samples);
      model.backward(loss(model, input, kind, pass).gradient(), pass);
      Slope slope = new Slope();
      double largest = largestGradient(model);
      for (NamedParameter each : model.parameters()) {
        Parameter parameter = each.parameter();
        if (parameter.hint().frozen()) {
          assertThat(parameter.hasGradient()).as(each.name()).isFalse();
          continue;
        }
        slope.check(
            kind + " " + each.name(),
            parameter.value(),
            parameter.gradient().toDoubleArray(),
            largest,
            () -> {
              parameter.changed();
              return loss(model, input, kind, pass).mean();
            });
        parameter.changed();
      }
    }
  }

  private static double largestGradient(SequenceModel model) {
    double largest = 0;
    for (NamedParameter each : model.parameters()) {
      for (double value : each.parameter().gradient().toDoubleArray()) {
        largest = Math.max(largest, Math.abs(value));
      }
    }
    assertThat(largest).isPositive();
    return largest;
  }

  private static Loss loss(SequenceModel model, ModelInput input, SmallModels kind, Pass pass) {
    return model.loss(model.forward(input, pass), kind.labels(), pass);
  }
}
