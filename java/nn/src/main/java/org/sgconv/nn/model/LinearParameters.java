package org.sgconv.nn.model;

import org.jspecify.annotations.Nullable;
import org.sgconv.nn.OptimizerHint;
import org.sgconv.nn.Parameter;
import org.sgconv.nn.Pass;
import org.sgconv.nn.StateVisitor;
import org.sgconv.nn.Stateful;
import org.sgconv.nn.state.ParameterSource;
import org.sgconv.nn.state.ParameterSource.Start;
import org.sgconv.spi.Dropout;
import org.sgconv.spi.LinearGradientOperands;
import org.sgconv.spi.LinearOperands;
import org.sgconv.tensor.Tensor;
import org.sgconv.tensor.TensorScope;

/** A linear map with a bias, of encoders and decoders. */
final class LinearParameters implements Stateful, AutoCloseable {

  private final Parameter weight;
  private final Parameter bias;

  private LinearParameters(Parameter weight, Parameter bias) {
    this.weight = weight;
    this.bias = bias;
  }

  static LinearParameters create(long inputs, long outputs, ParameterSource source) {
    try (TensorScope made = TensorScope.onHost()) {
      Tensor weight = made.adopt(source.tensor("weight", Start.UNIFORM, inputs, outputs, inputs));
      Tensor bias = made.adopt(source.tensor("bias", Start.UNIFORM, inputs, outputs));
      return new LinearParameters(
          Parameter.of(made.release(weight), OptimizerHint.COMMON),
          Parameter.of(made.release(bias), OptimizerHint.COMMON));
    }
  }

  /** Overwrites y (B,M,L) with {@code W·x + bias}, or {@code W·gelu(x) + bias}. */
  void forward(boolean gelu, Tensor x, Tensor y, Pass pass) {
    pass.requireParameter("a weight", weight.value());
    pass.operations()
        .linear(
            new LinearOperands(
                gelu,
                Dropout.NONE,
                false,
                Dropout.NONE,
                x,
                weight.value(),
                bias.value(),
                null,
                null,
                y));
  }

  void backward(boolean gelu, Tensor x, Tensor dy, @Nullable Tensor dx, Pass pass) {
    pass.operations()
        .linearBackward(
            new LinearGradientOperands(
                gelu,
                Dropout.NONE,
                false,
                Dropout.NONE,
                x,
                weight.value(),
                null,
                dy,
                dx,
                weight.overwriteGradient(),
                bias.overwriteGradient()));
  }

  @Override
  public void visit(StateVisitor visitor) {
    visitor.parameter("weight", weight, weight.value().shape().toArray());
    visitor.parameter("bias", bias, bias.value().shape().toArray());
  }

  @Override
  public void close() {
    weight.close();
    bias.close();
  }
}
