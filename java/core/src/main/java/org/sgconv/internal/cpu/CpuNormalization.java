package org.sgconv.internal.cpu;

import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.CpuContext;
import org.sgconv.bindings.CpuElement;
import org.sgconv.bindings.CpuNorms;
import org.sgconv.bindings.SignalShape;
import org.sgconv.internal.boundary.NativeFailures;
import org.sgconv.internal.host.Heads;
import org.sgconv.spi.NormOperations;
import org.sgconv.tensor.Tensor;

/** Norms of signals on one context: see {@link NormOperations}. */
final class CpuNormalization implements NormOperations {

  private final CpuNorms norms;
  private final LayerCall call;

  CpuNormalization(CpuContext context, LayerCall call) {
    this.norms = context.norms();
    this.call = call;
  }

  @Override
  public void layerNorm(
      Tensor x,
      Tensor weight,
      Tensor bias,
      double epsilon,
      Tensor y,
      @Nullable Tensor mean,
      @Nullable Tensor scale) {
    try (LayerCall memory = call.begin()) {
      SignalShape shape = LayerCall.shape(x);
      CpuElement element = CpuElements.of(x.type());
      norms.layer(
          shape,
          element,
          epsilon,
          memory.of(x),
          memory.of(weight),
          memory.of(bias),
          memory.of(y),
          memory.ofOptional(mean),
          memory.ofOptional(scale),
          memory.workspace(norms.workspaceBytes(shape, element)));
    } catch (RuntimeException e) {
      throw failed("layer norm", x, e);
    }
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
    try (LayerCall memory = call.begin()) {
      SignalShape shape = LayerCall.shape(x);
      CpuElement element = CpuElements.of(x.type());
      norms.layerBackward(
          shape,
          element,
          memory.of(x),
          memory.of(weight),
          memory.of(mean),
          memory.of(scale),
          memory.of(dy),
          memory.ofOptional(residual),
          memory.of(dx),
          memory.of(dweight),
          memory.of(dbias),
          memory.workspace(norms.workspaceBytes(shape, element)));
    } catch (RuntimeException e) {
      throw failed("gradients of a layer norm", x, e);
    }
  }

  @Override
  public void scalarNorm(
      Tensor x,
      Tensor shift,
      Tensor factor,
      Tensor y,
      @Nullable Tensor mean,
      @Nullable Tensor scale) {
    try (LayerCall memory = call.begin()) {
      SignalShape shape = LayerCall.shape(x);
      CpuElement element = CpuElements.of(x.type());
      norms.scalar(
          shape,
          element,
          memory.of(x),
          memory.of(shift),
          memory.of(factor),
          memory.of(y),
          memory.ofOptional(mean),
          memory.ofOptional(scale),
          memory.workspace(norms.workspaceBytes(shape, element)));
    } catch (RuntimeException e) {
      throw failed("norm", x, e);
    }
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
    try (LayerCall memory = call.begin()) {
      SignalShape shape = LayerCall.shape(x);
      CpuElement element = CpuElements.of(x.type());
      norms.scalarBackward(
          shape,
          element,
          memory.of(x),
          memory.of(shift),
          memory.of(factor),
          memory.of(mean),
          memory.of(scale),
          memory.of(dy),
          memory.ofOptional(residual),
          memory.of(dx),
          memory.of(dshift),
          memory.of(dfactor),
          memory.workspace(norms.workspaceBytes(shape, element)));
    } catch (RuntimeException e) {
      throw failed("gradients of a norm", x, e);
    }
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
    batch(false, x, weight, bias, epsilon, y, mean, variance);
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
    batch(true, x, weight, bias, epsilon, y, mean, variance);
  }

  /** With statistics that are computed and written, or are given. */
  private void batch(
      boolean given,
      Tensor x,
      Tensor weight,
      Tensor bias,
      double epsilon,
      Tensor y,
      Tensor mean,
      Tensor variance) {
    try (LayerCall memory = call.begin()) {
      SignalShape shape = LayerCall.shape(x);
      CpuElement element = CpuElements.of(x.type());
      norms.batch(
          shape,
          element,
          given,
          epsilon,
          memory.of(x),
          memory.of(weight),
          memory.of(bias),
          memory.of(y),
          memory.of(mean),
          memory.of(variance),
          memory.workspace(norms.workspaceBytes(shape, element)));
    } catch (RuntimeException e) {
      throw failed("batch norm", x, e);
    }
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
    try (LayerCall memory = call.begin()) {
      SignalShape shape = LayerCall.shape(x);
      CpuElement element = CpuElements.of(x.type());
      norms.batchBackward(
          shape,
          element,
          epsilon,
          memory.of(x),
          memory.of(weight),
          memory.of(mean),
          memory.of(variance),
          memory.of(dy),
          memory.ofOptional(residual),
          memory.of(dx),
          memory.of(dweight),
          memory.of(dbias),
          memory.workspace(norms.workspaceBytes(shape, element)));
    } catch (RuntimeException e) {
      throw failed("gradients of a batch norm", x, e);
    }
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

  private static RuntimeException failed(String what, Tensor x, RuntimeException e) {
    return NativeFailures.translate(CpuBackend.NAME, what + " of " + x, e);
  }
}
