package org.sgconv.spi;

import org.jspecify.annotations.Nullable;
import org.sgconv.tensor.Tensor;

/**
 * Norms of signals (B,H,L), forward and backward: a part of {@link LayerOperations}, with the same
 * rules.
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public interface NormOperations {

  /**
   * LayerNorm over channels, {@code y = (x − μ)/√(σ² + ε)·weight + bias}, μ and the biased σ² at
   * each position.
   *
   * @param weight (H)
   * @param bias (H)
   * @param mean μ (B,L), overwritten, or null if no gradient will be asked for
   * @param scale {@code 1/√(σ² + ε)} (B,L), overwritten, or null likewise
   */
  void layerNorm(
      Tensor x,
      Tensor weight,
      Tensor bias,
      double epsilon,
      Tensor y,
      @Nullable Tensor mean,
      @Nullable Tensor scale);

  /**
   * Gradients of {@link #layerNorm}.
   *
   * @param residual (B,H,L), what is added to dx, or null; may be dx
   */
  void layerNormBackward(
      Tensor x,
      Tensor weight,
      Tensor mean,
      Tensor scale,
      Tensor dy,
      @Nullable Tensor residual,
      Tensor dx,
      Tensor dweight,
      Tensor dbias);

  /**
   * The published layer norm of transposed signals: {@code y = (s/σ)·(x − μ + m)} with two scalars,
   * the biased σ of the channels at each position, and no ε.
   *
   * @param shift m (1)
   * @param factor s (1)
   * @param mean μ (B,L), overwritten, or null if no gradient will be asked for
   * @param scale 1/σ (B,L), overwritten, or null likewise
   */
  void scalarNorm(
      Tensor x,
      Tensor shift,
      Tensor factor,
      Tensor y,
      @Nullable Tensor mean,
      @Nullable Tensor scale);

  /**
   * Gradients of {@link #scalarNorm}.
   *
   * @param residual (B,H,L), what is added to dx, or null; may be dx
   */
  void scalarNormBackward(
      Tensor x,
      Tensor shift,
      Tensor factor,
      Tensor mean,
      Tensor scale,
      Tensor dy,
      @Nullable Tensor residual,
      Tensor dx,
      Tensor dshift,
      Tensor dfactor);

  /**
   * BatchNorm with the statistics of this batch: {@code y = (x − μ)/√(σ² + ε)·weight + bias}, μ and
   * the biased σ² of each channel over all B·L positions.
   *
   * @param weight (H)
   * @param bias (H)
   * @param mean μ (H), overwritten
   * @param variance σ² (H), overwritten
   */
  void batchNorm(
      Tensor x, Tensor weight, Tensor bias, double epsilon, Tensor y, Tensor mean, Tensor variance);

  /** BatchNorm with given statistics (H), such as running ones. */
  void batchNormWith(
      Tensor x, Tensor weight, Tensor bias, double epsilon, Tensor mean, Tensor variance, Tensor y);

  /**
   * Gradients of {@link #batchNorm}, through the statistics too.
   *
   * @param residual (B,H,L), what is added to dx, or null; may be dx
   */
  void batchNormBackward(
      Tensor x,
      Tensor weight,
      double epsilon,
      Tensor mean,
      Tensor variance,
      Tensor dy,
      @Nullable Tensor residual,
      Tensor dx,
      Tensor dweight,
      Tensor dbias);

  /**
   * Moves running statistics (H) towards those of a batch: {@code running ← (1−momentum)·running +
   * momentum·batch}, with the unbiased variance {@code variance·count/(count−1)}.
   *
   * @param count B·L, at least 2
   */
  void runningStatistics(
      Tensor mean,
      Tensor variance,
      long count,
      double momentum,
      Tensor runningMean,
      Tensor runningVariance);
}
