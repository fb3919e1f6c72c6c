package org.sgconv.internal.cuda;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.ConvolutionShape;
import org.sgconv.bindings.CudaSpan;
import org.sgconv.bindings.FftPlan;
import org.sgconv.bindings.RingRows;
import org.sgconv.bindings.RingSteps;
import org.sgconv.spi.BackwardOperands;
import org.sgconv.spi.GradientTargets;

/**
 * One backward pass through cuFFT, with its operands, each found once. For each part of the rows,
 * signals of the batch come in order, so that sums over the batch do not depend on the chunks;
 * kernel gradients of all heads are kept in the frequency domain until the batch is through.
 */
final class CufftBackwardPass {

  private final Workspace workspace;
  private final RingSteps steps;
  private final ConvolutionShape shape;
  private final CufftLayout layout;
  private final long size;
  private final long rowBytes;
  private final int heads;

  private final long batch;
  private final @Nullable MemorySegment lengths;
  private final CudaSpan spectrum;
  private final CudaSpan u;
  private final @Nullable CudaSpan pre;
  private final @Nullable CudaSpan post;
  private final CudaSpan dy;
  private final @Nullable CudaSpan du;
  private final @Nullable CudaSpan dk;
  private final @Nullable CudaSpan dskip;
  private final @Nullable CudaSpan dpre;
  private final @Nullable CudaSpan dpost;

  CufftBackwardPass(
      GpuStream stream,
      RingSteps steps,
      ConvolutionShape shape,
      CufftLayout layout,
      CudaSpan spectrum,
      BackwardOperands operands) {
    GradientTargets targets = operands.targets();
    this.workspace = stream.workspace();
    this.steps = steps;
    this.shape = shape;
    this.layout = layout;
    this.size = steps.transformSize();
    this.rowBytes = steps.rowBytes();
    this.heads = Math.toIntExact(shape.heads());
    this.batch = operands.batch();
    this.lengths = operands.lengths();
    this.spectrum = spectrum;
    this.u = stream.span("u", operands.u());
    this.pre = stream.optionalSpan("pre", operands.pre());
    this.post = stream.optionalSpan("post", operands.post());
    this.dy = stream.span("dy", operands.dy());
    this.du = stream.optionalSpan("gradient of u", targets.input());
    this.dk = stream.optionalSpan("gradient of kernel", targets.kernel());
    this.dskip = stream.optionalSpan("gradient of skip", targets.skip());
    this.dpre = stream.optionalSpan("gradient of pre", targets.pre());
    this.dpost = stream.optionalSpan("gradient of post", targets.post());
  }

  private boolean wantsInput() {
    return du != null || dpre != null;
  }

  private boolean wantsKernel() {
    return dk != null || dskip != null;
  }

  private boolean wantsSignal() {
    return wantsKernel() || dpost != null;
  }

  /** Scratch memory of one chunk. */
  private record Scratch(
      CudaSpan work, CudaSpan x, CudaSpan g, CudaSpan input, CudaSpan sum, CudaSpan kernels) {}

  /** Submits everything, at least one gradient. Call under the stream's lock. */
  void run() {
    Chunks chunks = layout.chunks();
    for (long first = 0; first < shape.hidden(); first += chunks.hidden()) {
      long count = Math.min(chunks.hidden(), shape.hidden() - first);
      chunks.forEachBatch(batch, first, count, this::runChunk);
      if (wantsKernel()) {
        finishKernels(new RingRows(1, 0, 1, first, count));
      }
    }
  }

  /** The whole pass has one layout: the kernels' sums stay where they are from chunk to chunk. */
  private Scratch scratch() {
    List<CudaSpan> parts = layout.pieces(workspace);
    return new Scratch(
        parts.get(0), parts.get(1), parts.get(2), parts.get(3), parts.get(4), parts.get(5));
  }

  private void runChunk(RingRows rows) {
    Scratch scratch = scratch();
    FftPlan transform = workspace.plan(size, rows.count());
    CudaSpan x = part(scratch.x(), 0, rows.count() * rowBytes);
    CudaSpan g = part(scratch.g(), 0, rows.count() * rowBytes);
    CudaSpan input = heads > 1 ? part(scratch.input(), 0, rows.count() * rowBytes) : g;
    CudaSpan sum =
        heads > 1 ? part(scratch.sum(), 0, rows.count() * shape.length() * Float.BYTES) : null;
    if (wantsSignal()) {
      steps.twist(rows, lengths, -1, u, pre, x);
      transform.forward(x, scratch.work());
    }
    for (int head = 0; head < heads; head++) {
      if (dpost != null) {
        steps.multiply(rows, head, spectrum, x, g);
        transform.inverse(g, scratch.work());
        steps.gateGradient(rows, lengths, head, g, dy, sum, dpost);
      }
      if (wantsInput() || wantsKernel()) {
        steps.twist(rows, lengths, head, dy, post, g);
        transform.forward(g, scratch.work());
        steps.spectrumBackward(
            rows,
            head,
            spectrum,
            wantsKernel() ? x : null,
            g,
            wantsInput() ? input : null,
            wantsKernel() ? kernelRows(scratch, rows, head) : null);
      }
    }
    if (wantsInput()) {
      transform.inverse(input, scratch.work());
      steps.untwist(
          rows, lengths, -1, input, du == null ? null : pre, dpre == null ? null : u, du, dpre);
    }
  }

  private void finishKernels(RingRows rows) {
    Scratch scratch = scratch();
    FftPlan transform = workspace.plan(size, rows.hiddenCount());
    for (int head = 0; head < heads; head++) {
      CudaSpan correlation = kernelRows(scratch, rows, head);
      transform.inverse(correlation, scratch.work());
      steps.kernelGradient(rows, head, correlation, dk, dskip);
    }
  }

  private CudaSpan kernelRows(Scratch scratch, RingRows rows, int head) {
    return part(
        scratch.kernels(),
        head * layout.chunks().hidden() * rowBytes,
        rows.hiddenCount() * rowBytes);
  }

  /** A piece that the call does not need is a single byte, which no step is given. */
  private static CudaSpan part(CudaSpan whole, long offset, long bytes) {
    return bytes > whole.byteSize() - offset ? whole : whole.part(offset, bytes);
  }
}
