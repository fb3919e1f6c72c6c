package org.sgconv.internal.cuda;

import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.CudaFusedConvolution;
import org.sgconv.bindings.CudaRows;
import org.sgconv.bindings.CudaSpan;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.tensor.DType;

/**
 * Convolutions of one geometry by our own transforms. Where a block of threads takes a whole row,
 * forward needs no scratch memory; longer rows and backward go in parts that fit the workspace.
 */
final class FusedConvolutionPlan extends StreamPlan {

  /** A call takes this many rows (b, c, h) at most; sgconv/cuda.h counts them in 32 bits. */
  private static final long MOST_ROWS = 1L << 30;

  private final CudaFusedConvolution steps;

  /** Whether a block of threads takes a whole row. */
  private final boolean inOneBlock;

  FusedConvolutionPlan(GpuStream stream, ConvolutionGeometry geometry, DType type, long size) {
    super(stream, geometry, type, size);
    this.steps = new CudaFusedConvolution(stream.queue());
    this.inOneBlock = forwardBytes(1, 1) == 0;
  }

  @Override
  ConvolutionPath way() {
    return ConvolutionPath.FUSED;
  }

  @Override
  void prepare(CudaSpan kernel, @Nullable CudaSpan skip, CudaSpan spectrum) {
    steps.prepare(shape, size, kernel, skip, spectrum);
  }

  @Override
  void synthesize(
      KernelSpans parameters,
      @Nullable CudaSpan skip,
      @Nullable CudaSpan kernel,
      CudaSpan spectrum) {
    steps.synthesize(
        parameters.shape(),
        shape,
        size,
        parameters.weights(),
        parameters.decay(),
        parameters.norm(),
        skip,
        kernel,
        spectrum);
  }

  @Override
  void forward(ForwardSpans call) {
    Chunks chunks = batches(shape.hidden());
    CudaSpan workspace = forwardWorkspace(Math.min(call.batch(), chunks.batch()));
    chunks.forEachBatch(
        shape,
        size,
        call.batch(),
        0,
        shape.hidden(),
        rows ->
            steps.forward(
                rows,
                element,
                call.spectrum(),
                call.u(),
                call.pre(),
                call.post(),
                call.y(),
                workspace));
  }

  /** For so many signals at a time, or as many as the limit lets; null if none is needed. */
  private @Nullable CudaSpan forwardWorkspace(long batch) {
    if (inOneBlock) {
      return null;
    }
    Chunks parts =
        Chunks.within(
            limit,
            batch,
            shape.hidden(),
            it -> Workspace.bytes(forwardBytes(it.batch(), it.hidden())));
    return stream.workspace().reserve(forwardBytes(parts.batch(), parts.hidden())).getFirst();
  }

  private long forwardBytes(long batch, long hidden) {
    return steps.forwardBytes(new CudaRows(shape, size, batch, 0, batch, 0, hidden));
  }

  /** As many signals at a time as one call takes. */
  private Chunks batches(long hidden) {
    return new Chunks(Math.max(1, MOST_ROWS / (shape.heads() * hidden)), hidden);
  }

  @Override
  void backward(BackwardSpans call) {
    CudaFusedConvolution.Targets into =
        new CudaFusedConvolution.Targets(call.du(), call.dpre(), call.dpost());
    long batch = call.batch();
    // Of one block's sums over the batch nothing can be left out; longer rows take any batch.
    Chunks.Cost cost = it -> Workspace.bytes(backwardBytes(call, it.batch(), it.hidden()));
    Chunks parts = Chunks.within(limit, 1, shape.hidden(), cost);
    if (!inOneBlock) {
      parts = Chunks.within(limit, batch, parts.hidden(), cost);
    }
    for (long first = 0; first < shape.hidden(); first += parts.hidden()) {
      long count = Math.min(parts.hidden(), shape.hidden() - first);
      CudaSpan workspace =
          stream.workspace().reserve(backwardBytes(call, parts.batch(), count)).getFirst();
      batches(count)
          .forEachBatch(
              shape,
              size,
              batch,
              first,
              count,
              rows ->
                  steps.backward(
                      rows,
                      element,
                      call.wantsKernel(),
                      call.spectrum(),
                      call.u(),
                      call.pre(),
                      call.post(),
                      call.dy(),
                      into,
                      workspace));
      if (call.wantsKernel()) {
        steps.kernelGradient(
            new CudaRows(shape, size, batch, 0, 1, first, count),
            workspace,
            call.dk(),
            call.dskip());
      }
    }
  }

  /** For so many signals at a time, where that can be chosen. */
  private long backwardBytes(BackwardSpans call, long signals, long hidden) {
    long batch = inOneBlock ? call.batch() : signals;
    return steps.backwardBytes(
        new CudaRows(shape, size, batch, 0, 1, 0, hidden),
        call.wantsKernel(),
        call.dpost() != null);
  }
}
