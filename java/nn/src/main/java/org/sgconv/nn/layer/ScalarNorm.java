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
 * The layer norm that the published code has for transposed signals: {@code (s/σ)·(x − μ + m)} at
 * each position, with two scalars and no ε.
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public final class ScalarNorm implements Norm {

  private final int hidden;
  private final Parameter shift;
  private final Parameter factor;

  private ScalarNorm(int hidden, Parameter shift, Parameter factor) {
    this.hidden = hidden;
    this.shift = shift;
    this.factor = factor;
  }

  /** Of H channels. */
  public static ScalarNorm create(int hidden, ParameterSource source) {
    try (TensorScope made = TensorScope.onHost()) {
      Tensor shift = made.adopt(source.tensor("m", Start.ZEROS, 1, 1));
      Tensor factor = made.adopt(source.tensor("s", Start.ONES, 1, 1));
      return new ScalarNorm(
          hidden,
          Parameter.of(made.release(shift), OptimizerHint.undecayed()),
          Parameter.of(made.release(factor), OptimizerHint.undecayed()));
    }
  }

  @Override
  public void forward(Tensor x, Tensor y, Pass pass) {
    pass.beginForward(this, x, hidden);
    pass.requireResult("y", y, "x", x);
    pass.requireParameter("the factor of a norm", factor.value());
    boolean training = pass.isTraining();
    pass.operations()
        .norms()
        .scalarNorm(
            x,
            shift.value(),
            factor.value(),
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
        .scalarNormBackward(
            x,
            shift.value(),
            factor.value(),
            pass.keep(this, "mean", x.dim(0), x.dim(2)),
            pass.keep(this, "scale", x.dim(0), x.dim(2)),
            dy,
            residual,
            dx,
            shift.overwriteGradient(),
            factor.overwriteGradient());
  }

  @Override
  public void visit(StateVisitor visitor) {
    visitor.parameter("m", shift, 1);
    visitor.parameter("s", factor, 1);
  }

  @Override
  public void close() {
    shift.close();
    factor.close();
  }

  @Override
  public String toString() {
    return "ScalarNorm(" + hidden + ")";
  }
}
