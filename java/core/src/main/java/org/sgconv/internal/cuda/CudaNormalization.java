package org.sgconv.internal.cuda;

import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.CudaNorms;
import org.sgconv.bindings.NativeHandle;
import org.sgconv.bindings.SignalShape;
import org.sgconv.spi.NormOperations;
import org.sgconv.tensor.Tensor;

/** Norms of signals on one stream: see {@link NormOperations}. */
final class CudaNormalization implements NormOperations {

  private final GpuCalls calls;
  private final CudaNorms norms;

  CudaNormalization(GpuCalls calls) {
    this.calls = calls;
    this.norms = new CudaNorms(calls.stream().queue());
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
    try (NativeHandle.Use _ = calls.begin()) {
      norms.layer(
          GpuCalls.shape(x),
          epsilon,
          calls.of("x", x),
          calls.of("weight", weight),
          calls.of("bias", bias),
          calls.of("y", y),
          calls.ofOptional("mean", mean),
          calls.ofOptional("scale", scale));
    } catch (RuntimeException e) {
      throw GpuCalls.failed("layer norm", x, e);
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
    try (NativeHandle.Use _ = calls.begin()) {
      norms.layerBackward(
          GpuCalls.shape(x),
          calls.of("x", x),
          calls.of("weight", weight),
          calls.of("mean", mean),
          calls.of("scale", scale),
          calls.of("dy", dy),
          calls.ofOptional("residual", residual),
          calls.of("dx", dx),
          calls.of("dweight", dweight),
          calls.of("dbias", dbias));
    } catch (RuntimeException e) {
      throw GpuCalls.failed("gradients of a layer norm", x, e);
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
    try (NativeHandle.Use _ = calls.begin()) {
      norms.scalar(
          GpuCalls.shape(x),
          calls.of("x", x),
          calls.of("shift", shift),
          calls.of("factor", factor),
          calls.of("y", y),
          calls.ofOptional("mean", mean),
          calls.ofOptional("scale", scale));
    } catch (RuntimeException e) {
      throw GpuCalls.failed("norm", x, e);
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
    try (NativeHandle.Use _ = calls.begin()) {
      SignalShape shape = GpuCalls.shape(x);
      norms.scalarBackward(
          shape,
          calls.of("x", x),
          calls.of("shift", shift),
          calls.of("factor", factor),
          calls.of("mean", mean),
          calls.of("scale", scale),
          calls.of("dy", dy),
          calls.ofOptional("residual", residual),
          calls.of("dx", dx),
          calls.of("dshift", dshift),
          calls.of("dfactor", dfactor),
          calls.stream().workspace().reserve(norms.workspaceBytes(shape)));
    } catch (RuntimeException e) {
      throw GpuCalls.failed("gradients of a norm", x, e);
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
    try (NativeHandle.Use _ = calls.begin()) {
      norms.batch(
          GpuCalls.shape(x),
          given,
          epsilon,
          calls.of("x", x),
          calls.of("weight", weight),
          calls.of("bias", bias),
          calls.of("y", y),
          calls.of("mean", mean),
          calls.of("variance", variance));
    } catch (RuntimeException e) {
      throw GpuCalls.failed("batch norm", x, e);
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
    try (NativeHandle.Use _ = calls.begin()) {
      norms.batchBackward(
          GpuCalls.shape(x),
          epsilon,
          calls.of("x", x),
          calls.of("weight", weight),
          calls.of("mean", mean),
          calls.of("variance", variance),
          calls.of("dy", dy),
          calls.ofOptional("residual", residual),
          calls.of("dx", dx),
          calls.of("dweight", dweight),
          calls.of("dbias", dbias));
    } catch (RuntimeException e) {
      throw GpuCalls.failed("gradients of a batch norm", x, e);
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
    try (NativeHandle.Use _ = calls.begin()) {
      norms.running(
          mean.elementCount(),
          count,
          momentum,
          calls.of("mean", mean),
          calls.of("variance", variance),
          calls.of("running mean", runningMean),
          calls.of("running variance", runningVariance));
    } catch (RuntimeException e) {
      throw GpuCalls.failed("running statistics", mean, e);
    }
  }
}
