package org.sgconv.internal.cuda;

import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidArgumentException;
import org.sgconv.bindings.ConvolutionShape;
import org.sgconv.bindings.CudaElement;
import org.sgconv.bindings.CudaSpan;
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
 * Convolutions of one geometry on one stream, whichever path they take: from tensors to where they
 * are on the device, under the stream's lock. It holds no device memory: work areas and plans of
 * transforms are its stream's.
 */
abstract class StreamPlan implements ConvolutionPlan {

  /** Where the work goes. */
  final GpuStream stream;

  /** L, H and C in the library's words. */
  final ConvolutionShape shape;

  /** Of the signals. */
  final CudaElement element;

  /** N ≥ L: complex values in a transform. */
  final long size;

  /** Of scratch memory. */
  final WorkspaceLimit limit;

  private final ConvolutionGeometry geometry;
  private final ReadWriteLock lock;

  StreamPlan(GpuStream stream, ConvolutionGeometry geometry, DType type, long size) {
    this.stream = stream;
    this.geometry = geometry;
    this.shape = Shapes.of(geometry);
    this.element = ElementTypes.of(type);
    this.size = size;
    this.limit = WorkspaceLimit.current();
    this.lock = new SingleLock(stream.lock());
  }

  /** Which it takes. */
  abstract ConvolutionPath way();

  /** Makes the spectrum of kernel (C',H,L) and skip (C,H). */
  abstract void prepare(CudaSpan kernel, @Nullable CudaSpan skip, CudaSpan spectrum);

  /** The same from the kernel's parameters; the kernel is written where it is wanted. */
  abstract void synthesize(
      KernelSpans parameters,
      @Nullable CudaSpan skip,
      @Nullable CudaSpan kernel,
      CudaSpan spectrum);

  /** Submits a forward pass. */
  abstract void forward(ForwardSpans call);

  /** Submits a backward pass that has something to write. */
  abstract void backward(BackwardSpans call);

  /** C·H: rows of a spectrum. */
  final long spectrumRows() {
    return geometry.outputRows();
  }

  /** Bytes of a kernel (C',H,L). */
  final long kernelBytes() {
    return (long) geometry.channels() * geometry.hidden() * geometry.length() * Float.BYTES;
  }

  @Override
  public final Optional<String> path() {
    return Optional.of(way().id());
  }

  @Override
  public final ReadWriteLock lock() {
    return lock;
  }

  @Override
  public final PlanSpectrum createSpectrum() {
    long bytes;
    try {
      bytes = Math.multiplyExact(spectrumRows(), Math.multiplyExact(size, Chunks.COMPLEX));
    } catch (ArithmeticException e) {
      throw new InvalidArgumentException(
          "a spectrum of " + geometry + " has more bytes than any memory", e);
    }
    return new CudaPlanSpectrum(
        this, GpuMemory.allocate(stream, "a spectrum of " + geometry, bytes), bytes);
  }

  @Override
  public final void prepare(Tensor kernel, @Nullable Tensor skip, PlanSpectrum spectrum) {
    stream.submit(
        "a spectrum of",
        geometry,
        () ->
            prepare(
                stream.span("kernel", kernel),
                stream.optionalSpan("skip", skip),
                CudaPlanSpectrum.span(spectrum, this, stream)));
  }

  @Override
  public final void synthesize(
      KernelOperands parameters,
      @Nullable Tensor skip,
      @Nullable Tensor kernel,
      PlanSpectrum spectrum) {
    stream.submit(
        "a spectrum of",
        geometry,
        () ->
            synthesize(
                KernelSpans.of(stream, parameters),
                stream.optionalSpan("skip", skip),
                stream.optionalSpan("kernel", kernel),
                CudaPlanSpectrum.span(spectrum, this, stream)));
  }

  @Override
  public final void forward(PlanSpectrum spectrum, ForwardOperands operands) {
    Shapes.requireWholeRows(operands.lengths());
    stream.submit(
        "forward",
        geometry,
        () -> {
          CudaSpan k = CudaPlanSpectrum.span(spectrum, this, stream);
          forward(ForwardSpans.of(stream, k, operands));
        });
  }

  @Override
  public final void backward(PlanSpectrum spectrum, BackwardOperands operands) {
    Shapes.requireWholeRows(operands.lengths());
    stream.submit(
        "backward",
        geometry,
        () -> {
          CudaSpan k = CudaPlanSpectrum.span(spectrum, this, stream);
          BackwardSpans call = BackwardSpans.of(stream, k, operands);
          if (!call.wantsNothing()) {
            backward(call);
          }
        });
  }

  @Override
  public final void close() {
    // Nothing of its own: what it used serves the next convolution on the stream.
  }
}
