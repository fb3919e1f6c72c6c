package org.sgconv.internal.cuda;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidArgumentException;
import org.sgconv.bindings.ConvolutionShape;
import org.sgconv.bindings.CudaSpan;
import org.sgconv.bindings.FftPlan;
import org.sgconv.bindings.RingRows;
import org.sgconv.bindings.RingSteps;
import org.sgconv.internal.boundary.Shapes;
import org.sgconv.internal.boundary.SingleLock;
import org.sgconv.spi.BackwardOperands;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.spi.ConvolutionPlan;
import org.sgconv.spi.ForwardOperands;
import org.sgconv.spi.KernelOperands;
import org.sgconv.spi.PlanSpectrum;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Convolutions of one geometry through cuFFT, in the ring x^N = i: steps of the library and
 * transforms in turn, in chunks that fit the workspace. It holds no device memory; scratch memory
 * and transforms are its stream's.
 */
final class CufftConvolutionPlan implements ConvolutionPlan {

  /** What this path is called. */
  static final String PATH = "cufft";

  private static final Optional<String> NAME = Optional.of(PATH);

  /** sgconv/cuda.h, {@code sgconv_cuda_rows}. */
  private static final long MOST_POINTS = 1L << 32;

  private final GpuStream stream;
  private final ConvolutionGeometry geometry;
  private final ConvolutionShape shape;
  private final CudaKernels operations;
  private final RingSteps steps;
  private final long spectrumBytes;
  private final CufftLayouts layouts;
  private final ReadWriteLock lock;

  private CufftConvolutionPlan(
      GpuStream stream,
      ConvolutionGeometry geometry,
      DType type,
      long size,
      CudaKernels operations) {
    this.stream = stream;
    this.geometry = geometry;
    this.shape = Shapes.of(geometry);
    this.operations = operations;
    this.steps = new RingSteps(stream.queue(), shape, ElementTypes.of(type), size);
    this.spectrumBytes = spectrumBytes(steps, geometry);
    this.layouts = new CufftLayouts(stream.workspace(), steps, shape, WorkspaceLimit.current());
    this.lock = new SingleLock(stream.lock());
  }

  private static long spectrumBytes(RingSteps steps, ConvolutionGeometry geometry) {
    try {
      return steps.spectrumBytes();
    } catch (ArithmeticException e) {
      throw new InvalidArgumentException(
          "a spectrum of " + geometry + " has more bytes than any memory", e);
    }
  }

  static CufftConvolutionPlan create(
      GpuStream stream, ConvolutionGeometry geometry, DType type, CudaKernels operations) {
    if (geometry.length() > MOST_POINTS) {
      throw new InvalidArgumentException(
          "length is "
              + geometry.length()
              + ": the cuda backend takes at most "
              + MOST_POINTS
              + " samples");
    }
    long size = RingSteps.transformSize(geometry.length());
    if (size > MOST_POINTS) {
      throw new InvalidArgumentException(
          "length is "
              + geometry.length()
              + ": its transform would have "
              + size
              + " points, the cuda backend takes at most "
              + MOST_POINTS);
    }
    return new CufftConvolutionPlan(stream, geometry, type, size, operations);
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
    return spectrumBytes;
  }

  @Override
  public PlanSpectrum createSpectrum() {
    return CudaPlanSpectrum.allocate(this, stream, geometry, spectrumBytes);
  }

  @Override
  public void prepare(Tensor kernel, @Nullable Tensor skip, PlanSpectrum spectrum) {
    try {
      CudaSpan values = stream.span("kernel", kernel);
      transform(layouts.ofSpectrum(0), values, stream.optionalSpan("skip", skip), own(spectrum));
    } catch (RuntimeException e) {
      throw CudaFailures.translate("a spectrum of " + geometry, e);
    }
  }

  /** A kernel that the caller does not want lies in scratch memory until it is placed. */
  @Override
  public void synthesize(
      KernelOperands parameters,
      @Nullable Tensor skip,
      @Nullable Tensor kernel,
      PlanSpectrum spectrum) {
    try {
      CufftLayout layout = layouts.ofSpectrum(kernel == null ? kernelBytes() : 0);
      CudaSpan values =
          kernel == null
              ? layout.pieces(stream.workspace()).getLast()
              : stream.span("kernel", kernel);
      operations.submitForward(parameters, geometry.kernelLength(), values);
      transform(layout, values, stream.optionalSpan("skip", skip), own(spectrum));
    } catch (RuntimeException e) {
      throw CudaFailures.translate("a spectrum of " + geometry, e);
    }
  }

  /** Of a kernel (C',H,K). */
  private long kernelBytes() {
    long rows = (long) geometry.channels() * geometry.hidden();
    return Workspace.product(rows, geometry.kernelLength() * Float.BYTES);
  }

  /** Places a kernel's rows in the spectrum and transforms them there. */
  private void transform(
      CufftLayout layout, CudaSpan kernel, @Nullable CudaSpan skip, CudaSpan spectrum) {
    CudaSpan work = layout.pieces(stream.workspace()).getFirst();
    long most = layout.chunks().hidden();
    for (long first = 0; first < geometry.outputRows(); first += most) {
      long count = Math.min(most, geometry.outputRows() - first);
      steps.place(first, count, kernel, skip, spectrum);
      transform(count)
          .forward(spectrum.part(first * steps.rowBytes(), count * steps.rowBytes()), work);
    }
  }

  @Override
  public void forward(PlanSpectrum spectrum, ForwardOperands operands) {
    try {
      CudaSpan values = own(spectrum);
      CudaSpan u = stream.span("u", operands.u());
      CudaSpan pre = stream.optionalSpan("pre", operands.pre());
      CudaSpan post = stream.optionalSpan("post", operands.post());
      CudaSpan y = stream.span("y", operands.y());
      CufftLayout layout = layouts.of(operands.batch(), Wanted.FORWARD);
      Chunks chunks = layout.chunks();
      for (long first = 0; first < shape.hidden(); first += chunks.hidden()) {
        long count = Math.min(chunks.hidden(), shape.hidden() - first);
        chunks.forEachBatch(
            operands.batch(),
            first,
            count,
            rows -> forwardChunk(layout, rows, operands, values, u, pre, post, y));
      }
    } catch (RuntimeException e) {
      throw CudaFailures.translate("forward " + geometry, e);
    }
  }

  private void forwardChunk(
      CufftLayout layout,
      RingRows rows,
      ForwardOperands operands,
      CudaSpan spectrum,
      CudaSpan u,
      @Nullable CudaSpan pre,
      @Nullable CudaSpan post,
      CudaSpan y) {
    long heads = shape.heads();
    long complex = rows.count() * steps.rowBytes();
    FftPlan transform = transform(rows.count());
    List<CudaSpan> scratch = layout.pieces(stream.workspace());
    CudaSpan work = scratch.get(0);
    CudaSpan z = scratch.get(1).part(0, complex);
    steps.twist(rows, operands.lengths(), -1, u, pre, z);
    transform.forward(z, work);
    for (int head = 0; head < heads; head++) {
      CudaSpan product = head == heads - 1 ? z : scratch.get(2).part(0, complex);
      steps.multiply(rows, head, spectrum, z, product);
      transform.inverse(product, work);
      steps.untwist(rows, operands.lengths(), head, product, post, null, y, null);
    }
  }

  @Override
  public void backward(PlanSpectrum spectrum, BackwardOperands operands) {
    try {
      int wanted = Wanted.by(operands.targets());
      if (wanted != Wanted.FORWARD) {
        CufftLayout layout = layouts.of(operands.batch(), wanted);
        new CufftBackwardPass(stream, steps, shape, layout, own(spectrum), operands).run();
      }
    } catch (RuntimeException e) {
      throw CudaFailures.translate("backward " + geometry, e);
    }
  }

  /** Preparing from parameters is among the calls: then the kernel is in scratch memory too. */
  @Override
  public long workspaceBytes(long batch) {
    try {
      long most = layouts.ofSpectrum(kernelBytes()).bytes();
      for (int wanted = 0; wanted < Wanted.COUNT; wanted++) {
        most = Math.max(most, layouts.make(batch, wanted).bytes());
      }
      return most;
    } catch (RuntimeException e) {
      throw CudaFailures.translate("the workspace of " + geometry, e);
    }
  }

  private FftPlan transform(long rows) {
    return stream.workspace().plan(steps.transformSize(), rows);
  }

  private CudaSpan own(PlanSpectrum spectrum) {
    return CudaPlanSpectrum.span(spectrum, this, stream);
  }

  @Override
  public void close() {
    // Nothing of its own: what it used serves the next convolution on the stream.
  }
}
