package org.sgconv.internal.cuda;

import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.CudaPlan;
import org.sgconv.bindings.CudaSpan;
import org.sgconv.internal.boundary.Shapes;
import org.sgconv.internal.boundary.SingleLock;
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
 * Convolutions of one geometry through a plan of the library: the fused path, without cuFFT. It
 * holds no device memory; scratch memory is its stream's.
 */
final class CudaConvolutionPlan implements ConvolutionPlan {

  /** What this path is called. */
  static final String PATH = "fused";

  private static final Optional<String> NAME = Optional.of(PATH);

  private final GpuStream stream;
  private final ConvolutionGeometry geometry;
  private final CudaPlan plan;
  private final CudaKernels operations;
  private final WorkspaceLimit limit = WorkspaceLimit.current();
  private final ReadWriteLock lock;

  // Scratch memory that calls of the last batch size take, by what is Wanted. Guarded by the lock.
  private final long[] batchOf = new long[Wanted.COUNT];
  private final long[] bytesOf = new long[Wanted.COUNT];

  private CudaConvolutionPlan(
      GpuStream stream, ConvolutionGeometry geometry, CudaPlan plan, CudaKernels operations) {
    this.stream = stream;
    this.geometry = geometry;
    this.plan = plan;
    this.operations = operations;
    this.lock = new SingleLock(stream.lock());
  }

  /** A plan; none if the library has none for such signals on the stream's device. */
  static Optional<ConvolutionPlan> create(
      GpuStream stream, ConvolutionGeometry geometry, DType type, CudaKernels operations) {
    return CudaPlan.create(stream.queue(), Shapes.of(geometry), ElementTypes.of(type))
        .map(plan -> new CudaConvolutionPlan(stream, geometry, plan, operations));
  }

  @Override
  public Optional<String> path() {
    return NAME;
  }

  @Override
  public ReadWriteLock lock() {
    return lock;
  }

  @Override
  public long spectrumBytes() {
    return plan.spectrumBytes();
  }

  @Override
  public PlanSpectrum createSpectrum() {
    return CudaPlanSpectrum.allocate(this, stream, geometry, plan.spectrumBytes());
  }

  @Override
  public void prepare(Tensor kernel, @Nullable Tensor skip, PlanSpectrum spectrum) {
    try {
      plan.prepare(
          stream.span("kernel", kernel),
          stream.optionalSpan("skip", skip),
          CudaPlanSpectrum.span(spectrum, this, stream));
    } catch (RuntimeException e) {
      throw CudaFailures.translate("a spectrum of " + geometry, e);
    }
  }

  @Override
  public void synthesize(
      KernelOperands parameters,
      @Nullable Tensor skip,
      @Nullable Tensor kernel,
      PlanSpectrum spectrum) {
    try {
      plan.synthesize(
          operations.shape(parameters.geometry()),
          stream.span("weights", parameters.weights()),
          stream.span("decay", parameters.decay()),
          stream.span("norm", parameters.norm()),
          stream.optionalSpan("skip", skip),
          stream.optionalSpan("kernel", kernel),
          CudaPlanSpectrum.span(spectrum, this, stream));
    } catch (RuntimeException e) {
      throw CudaFailures.translate("a spectrum of " + geometry, e);
    }
  }

  @Override
  public void forward(PlanSpectrum spectrum, ForwardOperands operands) {
    try {
      plan.forward(
          CudaPlanSpectrum.span(spectrum, this, stream),
          operands.batch(),
          operands.lengths(),
          stream.span("u", operands.u()),
          stream.optionalSpan("pre", operands.pre()),
          stream.optionalSpan("post", operands.post()),
          stream.span("y", operands.y()),
          workspace(operands.batch(), Wanted.FORWARD));
    } catch (RuntimeException e) {
      throw CudaFailures.translate("forward " + geometry, e);
    }
  }

  @Override
  public void backward(PlanSpectrum spectrum, BackwardOperands operands) {
    GradientTargets targets = operands.targets();
    int wanted = Wanted.by(targets);
    if (wanted == Wanted.FORWARD) {
      return;
    }
    try {
      plan.backward(
          CudaPlanSpectrum.span(spectrum, this, stream),
          operands.batch(),
          operands.lengths(),
          stream.span("u", operands.u()),
          stream.span("dy", operands.dy()),
          stream.optionalSpan("pre", operands.pre()),
          stream.optionalSpan("post", operands.post()),
          stream.optionalSpan("gradient of u", targets.input()),
          stream.optionalSpan("gradient of kernel", targets.kernel()),
          stream.optionalSpan("gradient of skip", targets.skip()),
          stream.optionalSpan("gradient of pre", targets.pre()),
          stream.optionalSpan("gradient of post", targets.post()),
          workspace(operands.batch(), wanted));
    } catch (RuntimeException e) {
      throw CudaFailures.translate("backward " + geometry, e);
    }
  }

  @Override
  public long workspaceBytes(long batch) {
    try {
      long most = 0;
      for (int wanted = 0; wanted < Wanted.COUNT; wanted++) {
        most = Math.max(most, workspaceBytes(batch, wanted));
      }
      return most;
    } catch (RuntimeException e) {
      throw CudaFailures.translate("the workspace of " + geometry, e);
    }
  }

  /** Scratch memory for a call; null for none. */
  private @Nullable CudaSpan workspace(long batch, int wanted) {
    if (batchOf[wanted] != batch) {
      bytesOf[wanted] = workspaceBytes(batch, wanted);
      batchOf[wanted] = batch;
    }
    return bytesOf[wanted] == 0 ? null : stream.workspace().reserve(bytesOf[wanted]);
  }

  private long workspaceBytes(long batch, int wanted) {
    long bytes =
        wanted == Wanted.FORWARD
            ? plan.forwardWorkspace(batch, limit.bytes())
            : plan.backwardWorkspace(
                batch,
                Wanted.has(wanted, Wanted.INPUT),
                Wanted.has(wanted, Wanted.KERNEL),
                Wanted.has(wanted, Wanted.POST),
                limit.bytes());
    limit.require(bytes);
    return bytes;
  }

  @Override
  public void close() {
    try {
      plan.close();
    } catch (RuntimeException e) {
      throw CudaFailures.translate("closing the plan of " + geometry, e);
    }
  }
}
