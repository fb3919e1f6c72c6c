package org.sgconv.internal.cuda;

import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.ConvolutionShape;
import org.sgconv.bindings.CudaElement;
import org.sgconv.bindings.CudaFusedConvolution;
import org.sgconv.bindings.CudaRows;
import org.sgconv.bindings.CudaSpan;
import org.sgconv.internal.boundary.Shapes;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.spi.ConvolutionPlan;
import org.sgconv.spi.GradientTargets;
import org.sgconv.spi.KernelGeometry;
import org.sgconv.spi.PlanSpectrum;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Convolutions of one geometry whose rows fit into one block of threads each. Forward needs no
 * scratch memory; backward goes through the rows of each signal in parts that fit the workspace.
 */
final class FusedConvolutionPlan implements ConvolutionPlan {

  /** A call takes this many rows (b, c, h) at most; sgconv/cuda.h counts them in 32 bits. */
  private static final long MOST_ROWS = 1L << 30;

  private final GpuStream stream;
  private final ConvolutionGeometry geometry;
  private final ConvolutionShape shape;
  private final CudaElement element;
  private final long size;
  private final CudaFusedConvolution steps;
  private final long limit;

  FusedConvolutionPlan(GpuStream stream, ConvolutionGeometry geometry, DType type, long size) {
    this.stream = stream;
    this.geometry = geometry;
    this.shape = Shapes.of(geometry);
    this.element = ElementTypes.of(type);
    this.size = size;
    this.steps = new CudaFusedConvolution(stream.queue());
    this.limit = ByteLimit.workspace();
  }

  @Override
  public PlanSpectrum createSpectrum() {
    long bytes = geometry.outputRows() * size * Chunks.COMPLEX;
    return new CudaPlanSpectrum(
        this, GpuMemory.allocate(stream, "a spectrum of " + geometry, bytes), bytes);
  }

  @Override
  public void prepare(Tensor kernel, @Nullable Tensor skip, PlanSpectrum spectrum) {
    stream.submit(
        "a spectrum of",
        geometry,
        () ->
            steps.prepare(
                shape,
                size,
                stream.span("kernel", kernel),
                stream.optionalSpan("skip", skip),
                CudaPlanSpectrum.span(spectrum, this, stream)));
  }

  @Override
  public void synthesise(
      KernelGeometry kernels,
      Tensor weights,
      Tensor decay,
      Tensor norm,
      @Nullable Tensor skip,
      @Nullable Tensor kernel,
      PlanSpectrum spectrum) {
    stream.submit(
        "a spectrum of",
        geometry,
        () ->
            steps.synthesise(
                Shapes.of(kernels),
                shape,
                size,
                stream.span("weights", weights),
                stream.span("decay", decay),
                stream.span("norm", norm),
                stream.optionalSpan("skip", skip),
                stream.optionalSpan("kernel", kernel),
                CudaPlanSpectrum.span(spectrum, this, stream)));
  }

  @Override
  public void forward(
      PlanSpectrum spectrum, Tensor u, @Nullable Tensor pre, @Nullable Tensor post, Tensor y) {
    stream.submit(
        "forward",
        geometry,
        () -> {
          CudaSpan k = CudaPlanSpectrum.span(spectrum, this, stream);
          CudaSpan signal = stream.span("u", u);
          CudaSpan before = stream.optionalSpan("pre", pre);
          CudaSpan after = stream.optionalSpan("post", post);
          CudaSpan output = stream.span("y", y);
          batches(shape.hidden())
              .forEachBatch(
                  shape,
                  size,
                  u.dim(0),
                  0,
                  shape.hidden(),
                  rows -> steps.forward(rows, element, k, signal, before, after, output));
        });
  }

  /** As many signals at a time as one call takes. */
  private Chunks batches(long hidden) {
    return new Chunks(Math.max(1, MOST_ROWS / (shape.heads() * hidden)), hidden);
  }

  @Override
  public void backward(
      PlanSpectrum spectrum,
      Tensor u,
      @Nullable Tensor pre,
      @Nullable Tensor post,
      Tensor dy,
      GradientTargets targets) {
    stream.submit(
        "backward",
        geometry,
        () -> {
          CudaSpan k = CudaPlanSpectrum.span(spectrum, this, stream);
          CudaSpan signal = stream.span("u", u);
          CudaSpan before = stream.optionalSpan("pre", pre);
          CudaSpan after = stream.optionalSpan("post", post);
          CudaSpan gradient = stream.span("dy", dy);
          CudaSpan dk = stream.optionalSpan("gradient of kernel", targets.kernel());
          CudaSpan dskip = stream.optionalSpan("gradient of skip", targets.skip());
          boolean kernel = dk != null || dskip != null;
          CudaFusedConvolution.Targets into =
              new CudaFusedConvolution.Targets(
                  stream.optionalSpan("gradient of u", targets.input()),
                  stream.optionalSpan("gradient of pre", targets.pre()),
                  stream.optionalSpan("gradient of post", targets.post()));
          if (!kernel && into.du() == null && into.dpre() == null && into.dpost() == null) {
            return;
          }
          long batch = u.dim(0);
          Chunks parts =
              Chunks.within(
                  limit,
                  1,
                  shape.hidden(),
                  it -> Workspace.bytes(workspaceBytes(batch, it.hidden())));
          for (long first = 0; first < shape.hidden(); first += parts.hidden()) {
            long count = Math.min(parts.hidden(), shape.hidden() - first);
            CudaSpan workspace =
                stream.workspace().reserve(workspaceBytes(batch, count)).getFirst();
            batches(count)
                .forEachBatch(
                    shape,
                    size,
                    batch,
                    first,
                    count,
                    rows ->
                        steps.backward(
                            rows, element, kernel, k, signal, before, after, gradient, into,
                            workspace));
            if (kernel) {
              steps.kernelGradient(
                  new CudaRows(shape, size, batch, 0, 1, first, count), workspace, dk, dskip);
            }
          }
        });
  }

  private long workspaceBytes(long batch, long hidden) {
    return steps.workspaceBytes(new CudaRows(shape, size, batch, 0, 1, 0, hidden));
  }

  @Override
  public void close() {
    // Nothing of its own.
  }
}
