package org.sgconv.nn.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sgconv.Backend;
import org.sgconv.Backends;
import org.sgconv.nn.Parameter;
import org.sgconv.nn.Pass;
import org.sgconv.nn.SmallModels;
import org.sgconv.nn.state.NamedParameter;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * The gradients of whole models are the slopes of their loss: with dropout, whose masks stay, since
 * they are of the step; the running statistics do not matter in a training pass.
 */
class SlopeTest {

  private static final double STEP = 1e-5;

  /**
   * A central difference leaves out STEP² times third derivatives, and has rounding of 1e-16/STEP.
   */
  private static final double BOUND = 2e-8;

  private static final Backend BACKEND = Backends.reference();

  @ParameterizedTest
  @EnumSource
  void everyGradientIsTheSlopeOfTheLoss(SmallModels kind) {
    try (SequenceModel model = SequenceModel.create(BACKEND, kind.spec(), DType.FLOAT64, 7);
        Pass pass = model.trainingPass(2222);
        Tensor samples = kind.samples(BACKEND, DType.FLOAT64)) {
      pass.setStep(3);
      ModelInput input = kind.input(samples);
      Loss loss = loss(model, input, kind, pass);
      model.backward(loss.gradient(), pass);
      Random random = new Random(5);
      double largest = largestGradient(model);
      for (NamedParameter each : model.parameters()) {
        Parameter parameter = each.parameter();
        if (parameter.hint().frozen()) {
          assertThat(parameter.hasGradient()).as(each.name()).isFalse();
          continue;
        }
        double[] direction = random.doubles(parameter.value().elementCount(), -1, 1).toArray();
        double expected = 0;
        double[] gradient = parameter.gradient().toDoubleArray();
        for (int i = 0; i < gradient.length; i++) {
          expected += gradient[i] * direction[i];
        }
        Moved at = step -> moved(model, input, kind, pass, parameter, direction, step);
        double slope =
            (8 * (at.loss(STEP) - at.loss(-STEP)) - (at.loss(2 * STEP) - at.loss(-2 * STEP)))
                / (12 * STEP);
        double size = Math.max(largest, Math.abs(expected));
        assertThat(Math.abs(slope - expected) / size)
            .as("%s %s: slope %s, gradient %s", kind, each.name(), slope, expected)
            .isLessThan(BOUND);
      }
    }
  }

  /** The loss, some steps away. */
  private interface Moved {
    double loss(double step);
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

  /** The loss with a parameter moved, which is put back. */
  private static double moved(
      SequenceModel model,
      ModelInput input,
      SmallModels kind,
      Pass pass,
      Parameter parameter,
      double[] direction,
      double step) {
    double[] before = parameter.value().toDoubleArray();
    double[] there = before.clone();
    for (int i = 0; i < there.length; i++) {
      there[i] += step * direction[i];
    }
    parameter.value().copyFrom(there);
    parameter.changed();
    try {
      return loss(model, input, kind, pass).mean();
    } finally {
      parameter.value().copyFrom(before);
      parameter.changed();
    }
  }

  private static Loss loss(SequenceModel model, ModelInput input, SmallModels kind, Pass pass) {
    return model.loss(model.forward(input, pass), kind.labels(), pass);
  }
}
