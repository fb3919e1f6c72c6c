package org.sgconv.nn.layer;

import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidArgumentException;
import org.sgconv.io.ElementType;
import org.sgconv.nn.Norm;
import org.sgconv.nn.OptimizerHint;
import org.sgconv.nn.Parameter;
import org.sgconv.nn.Pass;
import org.sgconv.nn.StateVisitor;
import org.sgconv.nn.state.ParameterSource;
import org.sgconv.nn.state.ParameterSource.Start;
import org.sgconv.spi.TensorCheck;
import org.sgconv.tensor.Tensor;
import org.sgconv.tensor.TensorScope;

/**
 * BatchNorm of each channel over all positions of a batch, padding included (Ioffe and Szegedy,
 * arXiv 1502.03167). A training pass uses the statistics of the batch and moves the running ones
 * towards them by a tenth; an evaluation pass uses the running ones.
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public final class BatchNorm implements Norm {

  private static final double EPSILON = 1e-5;
  private static final double MOMENTUM = 0.1;

  private final int hidden;
  private final Parameter weight;
  private final Parameter bias;
  private final Tensor runningMean;
  private final Tensor runningVariance;
  private long batches;

  private BatchNorm(
      int hidden,
      Parameter weight,
      Parameter bias,
      Tensor runningMean,
      Tensor runningVariance,
      long batches) {
    this.hidden = hidden;
    this.weight = weight;
    this.bias = bias;
    this.runningMean = runningMean;
    this.runningVariance = runningVariance;
    this.batches = batches;
  }

  /** Of H channels. */
  public static BatchNorm create(int hidden, ParameterSource source) {
    try (TensorScope made = TensorScope.onHost()) {
      Tensor weight = made.adopt(source.tensor("weight", Start.ONES, 1, hidden));
      Tensor bias = made.adopt(source.tensor("bias", Start.ZEROS, 1, hidden));
      Tensor mean = made.adopt(source.tensor("running_mean", Start.ZEROS, 1, hidden));
      Tensor variance = made.adopt(source.variances("running_var", hidden));
      long batches = source.number("num_batches_tracked");
      return new BatchNorm(
          hidden,
          Parameter.of(made.release(weight), OptimizerHint.COMMON),
          Parameter.of(made.release(bias), OptimizerHint.COMMON),
          made.release(mean),
          made.release(variance),
          batches);
    }
  }

  @Override
  public void forward(Tensor x, Tensor y, Pass pass) {
    pass.beginForward(this, x, hidden);
    pass.requireResult("y", y, "x", x);
    pass.requireParameter("the weight of a norm", weight.value());
    if (!pass.isTraining()) {
      pass.operations()
          .norms()
          .batchNormWith(x, weight.value(), bias.value(), EPSILON, runningMean, runningVariance, y);
      return;
    }
    long count = x.dim(0) * x.dim(2);
    if (count < 2) {
      throw new InvalidArgumentException(
          "BatchNorm in a training pass has x "
              + x
              + ", one value of each channel: it needs two; take a larger batch, longer signals or"
              + " an evaluation pass");
    }
    Tensor mean = pass.keep(this, "mean", hidden);
    Tensor variance = pass.keep(this, "variance", hidden);
    pass.operations()
        .norms()
        .batchNorm(x, weight.value(), bias.value(), EPSILON, y, mean, variance);
    track(pass, mean, variance, count);
    pass.forwardDone(this, x);
  }

  /**
   * Moves copies of the running statistics: these themselves are written once the whole forward
   * call has succeeded, and stay as they are if what they would become is no number.
   */
  private void track(Pass pass, Tensor mean, Tensor variance, long count) {
    Tensor movedMean = pass.keep(this, "running mean", hidden);
    Tensor movedVariance = pass.keep(this, "running variance", hidden);
    movedMean.copyFrom(runningMean);
    movedVariance.copyFrom(runningVariance);
    pass.operations()
        .norms()
        .runningStatistics(mean, variance, count, MOMENTUM, movedMean, movedVariance);
    TensorCheck.finite("the running mean of " + this + " after this batch", movedMean);
    TensorCheck.finite("the running variance of " + this + " after this batch", movedVariance);
    pass.change(
        () -> {
          runningMean.copyFrom(movedMean);
          runningVariance.copyFrom(movedVariance);
          batches++;
        });
  }

  @Override
  public void backward(Tensor dy, @Nullable Tensor residual, Tensor dx, Pass pass) {
    Tensor x = pass.beginBackward(this, dy, residual, dx);
    pass.operations()
        .norms()
        .batchNormBackward(
            x,
            weight.value(),
            EPSILON,
            pass.keep(this, "mean", hidden),
            pass.keep(this, "variance", hidden),
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
    visitor.buffer("running_mean", () -> runningMean, hidden);
    visitor.buffer("running_var", () -> runningVariance, hidden);
    visitor.number("num_batches_tracked", ElementType.I64, batches);
  }

  @Override
  public void close() {
    weight.close();
    bias.close();
    Tensor.closeAll(runningMean, runningVariance);
  }

  @Override
  public String toString() {
    return "BatchNorm(" + hidden + ")";
  }
}
