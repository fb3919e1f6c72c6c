package org.sgconv.internal.reference;

import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidArgumentException;
import org.sgconv.spi.BackwardOperands;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.spi.ConvolutionPlan;
import org.sgconv.spi.ForwardOperands;
import org.sgconv.spi.GradientTargets;
import org.sgconv.spi.KernelOperands;
import org.sgconv.spi.PlanSpectrum;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Convolutions of one geometry. Hidden channels are independent and run in parallel; within one,
 * every sum has a fixed order, so that results do not depend on the number of threads.
 */
final class ReferencePlan implements ConvolutionPlan {

  /** Bytes of arrays that one hidden channel needs for each sample, about. */
  private static final long BYTES_PER_SAMPLE = 256;

  private final ConvolutionGeometry geometry;
  private final DType type;
  private final LagProducts products;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  ReferencePlan(ConvolutionGeometry geometry, DType type, LagProducts products) {
    this.geometry = geometry;
    this.type = type;
    this.products = products;
  }

  @Override
  public ReadWriteLock lock() {
    return lock;
  }

  @Override
  public long spectrumBytes() {
    return ReferenceSpectrum.byteSize(geometry, type);
  }

  @Override
  public PlanSpectrum createSpectrum() {
    return new ReferenceSpectrum(geometry, type);
  }

  @Override
  public void prepare(Tensor kernel, @Nullable Tensor skip, PlanSpectrum spectrum) {
    ReferenceSpectrum target = own(spectrum);
    target.kernel.copyFrom(kernel);
    target.foldIn(skip);
  }

  @Override
  public void synthesize(
      KernelOperands parameters,
      @Nullable Tensor skip,
      @Nullable Tensor kernel,
      PlanSpectrum spectrum) {
    ReferenceSpectrum target = own(spectrum);
    new ReferenceKernels().forward(parameters, target.kernel);
    target.foldIn(skip);
    if (kernel != null) {
      kernel.copyFrom(target.kernel);
    }
  }

  @Override
  public void forward(PlanSpectrum spectrum, ForwardOperands operands) {
    ReferenceSpectrum kernel = own(spectrum);
    Channels.forEach(
        geometry.hidden(),
        "rows of " + geometry,
        BYTES_PER_SAMPLE * geometry.length(),
        h -> new ChannelForward(geometry, products, h).run(kernel, operands),
        kernel.kernel,
        kernel.skip,
        operands.u(),
        operands.pre(),
        operands.post(),
        operands.y());
  }

  @Override
  public void backward(PlanSpectrum spectrum, BackwardOperands operands) {
    ReferenceSpectrum kernel = own(spectrum);
    GradientTargets targets = operands.targets();
    Channels.forEach(
        geometry.hidden(),
        "rows of " + geometry,
        BYTES_PER_SAMPLE * geometry.length(),
        h -> new ChannelBackward(geometry, products, h).run(kernel, operands),
        kernel.kernel,
        kernel.skip,
        operands.u(),
        operands.pre(),
        operands.post(),
        operands.dy(),
        targets.input(),
        targets.kernel(),
        targets.skip(),
        targets.pre(),
        targets.post());
  }

  /** Nothing to release: a plan holds only tables on the Java heap. */
  @Override
  public void close() {}

  private ReferenceSpectrum own(PlanSpectrum spectrum) {
    if (spectrum instanceof ReferenceSpectrum own
        && own.geometry.equals(geometry)
        && own.kernel.type() == type) {
      return own;
    }
    throw new InvalidArgumentException(
        "spectrum " + spectrum + " belongs to another plan than " + geometry);
  }
}
