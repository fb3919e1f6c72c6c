package org.sgconv.nn.layer;

import org.jspecify.annotations.Nullable;
import org.sgconv.nn.Norm;
import org.sgconv.nn.OptimizerHint;
import org.sgconv.nn.Parameter;
import org.sgconv.nn.Pass;
import org.sgconv.nn.StateVisitor;
import org.sgconv.nn.state.ParameterSource;
import org.sgconv.nn.state.ParameterSource.Start;
import org.sgconv.tensor.Tensor;
import org.sgconv.tensor.TensorScope;

/**
 * LayerNorm over the channels of each position, with a weight and a bias for each channel (Ba,
 * Kiros and Hinton, arXiv 1607.06450).
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public final class LayerNorm implements Norm {

  private static final double EPSILON = 1e-5;

  private final int hidden;
  private final Parameter weight;
  private final Parameter bias;

  private LayerNorm(int hidden, Parameter weight, Parameter bias) {
    this.hidden = hidden;
    this.weight = weight;
    this.bias = bias;
  }

  /** Of H channels. */
  public static LayerNorm create(int hidden, ParameterSource source) {
    try (TensorScope made = TensorScope.onHost()) {
      Tensor weight = made.adopt(source.tensor("weight", Start.ONES, 1, hidden));
      Tensor bias = made.adopt(source.tensor("bias", Start.ZEROS, 1, hidden));
      return new LayerNorm(
          hidden,
          Parameter.of(made.release(weight), OptimizerHint.COMMON),
          Parameter.of(made.release(bias), OptimizerHint.COMMON));
    }
  }

  @Override
  public void forward(Tensor x, Tensor y, Pass pass) {
    pass.beginForward(this, x, hidden);
    pass.requireResult("y", y, "x", x);
    pass.requireParameter("the weight of a norm", weight.value());
    boolean training = pass.isTraining();
    pass.operations()
        .norms()
        .layerNorm(
            x,
            weight.value(),
            bias.value(),
            EPSILON,
            y,
            training ? pass.keep(this, "mean", x.dim(0), x.dim(2)) : null,
            training ? pass.keep(this, "scale", x.dim(0), x.dim(2)) : null);
    pass.forwardDone(this, x);
  }

  @Override
  public void backward(Tensor dy, @Nullable Tensor residual, Tensor dx, Pass pass) {
    Tensor x = pass.beginBackward(this, dy, residual, dx);
    pass.operations()
        .norms()
        .layerNormBackward(
            x,
            weight.value(),
            pass.keep(this, "mean", x.dim(0), x.dim(2)),
            pass.keep(this, "scale", x.dim(0), x.dim(2)),
            dy,
            residual,
            dx,
            weight.overwriteGradient(),
            bias.overwriteGradient());
  }

  @Override
  public void visit(StateVisitor visitor) {
    visitor.parameter("weight", weight, hidden);
    visitor.parameter("bias", bias, hidden);
  }

  @Override
  public void close() {
    weight.close();
    bias.close();
  }

  @Override
  public String toString() {
    return "LayerNorm(" + hidden + ")";
  }
}
