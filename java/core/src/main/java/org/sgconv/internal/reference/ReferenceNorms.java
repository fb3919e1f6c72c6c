package org.sgconv.internal.reference;

import org.jspecify.annotations.Nullable;
import org.sgconv.internal.host.Heads;
import org.sgconv.spi.NormOperations;
import org.sgconv.tensor.Tensor;

/** Every norm as its definition says, on arrays of whole tensors in float64. */
final class ReferenceNorms implements NormOperations {

  @Override
  public void layerNorm(
      Tensor x,
      Tensor weight,
      Tensor bias,
      double epsilon,
      Tensor y,
      @Nullable Tensor mean,
      @Nullable Tensor scale) {
    ReferenceLayers.run(
        "norm", x, () -> ChannelNormalization.affine(x, weight, bias, epsilon, y, mean, scale));
  }

  @Override
  public void layerNormBackward(
      Tensor x,
      Tensor weight,
      Tensor mean,
      Tensor scale,
      Tensor dy,
      @Nullable Tensor residual,
      Tensor dx,
      Tensor dweight,
      Tensor dbias) {
    ReferenceLayers.run(
        "gradient of a norm",
        x,
        () ->
            ChannelNormalization.affineBackward(
                x, weight, mean, scale, dy, residual, dx, dweight, dbias));
  }

  @Override
  public void scalarNorm(
      Tensor x,
      Tensor shift,
      Tensor factor,
      Tensor y,
      @Nullable Tensor mean,
      @Nullable Tensor scale) {
    ReferenceLayers.run(
        "norm", x, () -> ChannelNormalization.scalar(x, shift, factor, y, mean, scale));
  }

  @Override
  public void scalarNormBackward(
      Tensor x,
      Tensor shift,
      Tensor factor,
      Tensor mean,
      Tensor scale,
      Tensor dy,
      @Nullable Tensor residual,
      Tensor dx,
      Tensor dshift,
      Tensor dfactor) {
    ReferenceLayers.run(
        "gradient of a norm",
        x,
        () ->
            ChannelNormalization.scalarBackward(
                x, shift, factor, mean, scale, dy, residual, dx, dshift, dfactor));
  }

  @Override
  public void batchNorm(
      Tensor x,
      Tensor weight,
      Tensor bias,
      double epsilon,
      Tensor y,
      Tensor mean,
      Tensor variance) {
    ReferenceLayers.run(
        "norm", x, () -> BatchNormalization.forward(x, weight, bias, epsilon, y, mean, variance));
  }

  @Override
  public void batchNormWith(
      Tensor x,
      Tensor weight,
      Tensor bias,
      double epsilon,
      Tensor mean,
      Tensor variance,
      Tensor y) {
    ReferenceLayers.run(
        "norm", x, () -> BatchNormalization.with(x, weight, bias, epsilon, mean, variance, y));
  }

  @Override
  public void batchNormBackward(
      Tensor x,
      Tensor weight,
      double epsilon,
      Tensor mean,
      Tensor variance,
      Tensor dy,
      @Nullable Tensor residual,
      Tensor dx,
      Tensor dweight,
      Tensor dbias) {
    ReferenceLayers.run(
        "gradient of a norm",
        x,
        () ->
            BatchNormalization.backward(
                x, weight, epsilon, mean, variance, dy, residual, dx, dweight, dbias));
  }

  @Override
  public void runningStatistics(
      Tensor mean,
      Tensor variance,
      long count,
      double momentum,
      Tensor runningMean,
      Tensor runningVariance) {
    Heads.runningStatistics(mean, variance, count, momentum, runningMean, runningVariance);
  }
}
