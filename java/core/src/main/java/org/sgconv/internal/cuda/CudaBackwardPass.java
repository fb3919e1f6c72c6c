package org.sgconv.internal.cuda;

import java.util.List;
import org.sgconv.bindings.ConvolutionShape;
import org.sgconv.bindings.CudaSpan;
import org.sgconv.bindings.FftPlan;
import org.sgconv.bindings.RingRows;
import org.sgconv.bindings.RingSteps;

/**
 * Gradients of a convolution. For each part of the rows, signals of the batch come in order, so
 * that sums over the batch do not depend on the chunks; kernel gradients of all heads are kept in
 * the frequency domain until the batch is through.
 */
final class CudaBackwardPass {

  private final GpuStream stream;
  private final RingSteps steps;
  private final ConvolutionShape shape;
  private final long size;
  private final long rowBytes;
  private final WorkspaceLimit limit;
  private final int heads;

  CudaBackwardPass(
      GpuStream stream, RingSteps steps, ConvolutionShape shape, long size, WorkspaceLimit limit) {
    this.stream = stream;
    this.steps = steps;
    this.shape = shape;
    this.size = size;
    this.rowBytes = size * Chunks.COMPLEX;
    this.limit = limit;
    this.heads = Math.toIntExact(shape.heads());
  }

  /** Scratch memory of one chunk. */
  private record Scratch(
      CudaSpan work, CudaSpan x, CudaSpan g, CudaSpan input, CudaSpan sum, CudaSpan kernels) {}

  /** Submits everything. Call under the stream's lock. */
  void run(BackwardSpans operands) {
    long batch = operands.batch();
    Chunks chunks = Chunks.within(limit, batch, shape.hidden(), it -> cost(operands, it));
    for (long first = 0; first < shape.hidden(); first += chunks.hidden()) {
      long count = Math.min(chunks.hidden(), shape.hidden() - first);
      chunks.forEachRing(batch, first, count, rows -> runChunk(operands, chunks, rows));
      if (operands.wantsKernel()) {
        finishKernels(operands, chunks, new RingRows(1, 0, 1, first, count));
      }
    }
  }

  private long cost(BackwardSpans operands, Chunks chunks) {
    long buffers = Workspace.bytes(sizes(operands, chunks, 0));
    return buffers > limit.bytes()
        ? buffers // no plan is made only to be refused
        : Workspace.bytes(sizes(operands, chunks, workBytes(operands, chunks)));
  }

  /** The most that any transform of a pass in such chunks needs. */
  private long workBytes(BackwardSpans operands, Chunks chunks) {
    long most = 0;
    for (long rows : chunks.rowCounts(operands.batch(), shape.hidden())) {
      most = Math.max(most, stream.workspace().plan(size, rows).workBytes());
    }
    if (operands.wantsKernel()) {
      for (long rows : new Chunks(1, chunks.hidden()).rowCounts(1, shape.hidden())) {
        most = Math.max(most, stream.workspace().plan(size, rows).workBytes());
      }
    }
    return most;
  }

  /** Of work area, x, g, input, sum and kernels; the same for every chunk of a pass. */
  private long[] sizes(BackwardSpans operands, Chunks chunks, long work) {
    long complex = chunks.rows() * rowBytes;
    return new long[] {
      work,
      operands.wantsSignal() ? complex : 0,
      complex,
      operands.wantsInput() && heads > 1 ? complex : 0,
      operands.dpost() != null && heads > 1 ? chunks.rows() * shape.length() * Float.BYTES : 0,
      operands.wantsKernel() ? heads * chunks.hidden() * rowBytes : 0
    };
  }

  /** The whole pass has one layout: the kernels' sums stay where they are from chunk to chunk. */
  private Scratch scratch(BackwardSpans operands, Chunks chunks) {
    List<CudaSpan> parts =
        stream.workspace().reserve(sizes(operands, chunks, workBytes(operands, chunks)));
    return new Scratch(
        parts.get(0), parts.get(1), parts.get(2), parts.get(3), parts.get(4), parts.get(5));
  }

  private void runChunk(BackwardSpans operands, Chunks chunks, RingRows rows) {
    Scratch scratch = scratch(operands, chunks);
    long count = rows.batchCount() * rows.hiddenCount();
    FftPlan transform = stream.workspace().plan(size, count);
    CudaSpan x = part(scratch.x(), 0, count * rowBytes);
    CudaSpan g = part(scratch.g(), 0, count * rowBytes);
    CudaSpan input = heads > 1 ? part(scratch.input(), 0, count * rowBytes) : g;
    CudaSpan sum = heads > 1 ? part(scratch.sum(), 0, count * shape.length() * Float.BYTES) : null;
    if (operands.wantsSignal()) {
      steps.twist(rows, -1, operands.u(), operands.pre(), x);
      transform.forward(x, scratch.work());
    }
    for (int head = 0; head < heads; head++) {
      CudaSpan dpost = operands.dpost();
      if (dpost != null) {
        steps.multiply(rows, head, operands.spectrum(), x, g);
        transform.inverse(g, scratch.work());
        steps.gateGradient(rows, head, g, operands.dy(), sum, dpost);
      }
      if (operands.wantsInput() || operands.wantsKernel()) {
        steps.twist(rows, head, operands.dy(), operands.post(), g);
        transform.forward(g, scratch.work());
        steps.spectrumBackward(
            rows,
            head,
            operands.spectrum(),
            operands.wantsKernel() ? x : null,
            g,
            operands.wantsInput() ? input : null,
            operands.wantsKernel() ? kernelRows(scratch, chunks, rows, head) : null);
      }
    }
    if (operands.wantsInput()) {
      transform.inverse(input, scratch.work());
      steps.untwist(
          rows,
          -1,
          input,
          operands.du() == null ? null : operands.pre(),
          operands.dpre() == null ? null : operands.u(),
          operands.du(),
          operands.dpre());
    }
  }

  private void finishKernels(BackwardSpans operands, Chunks chunks, RingRows rows) {
    Scratch scratch = scratch(operands, chunks);
    FftPlan transform = stream.workspace().plan(size, rows.hiddenCount());
    for (int head = 0; head < heads; head++) {
      CudaSpan correlation = kernelRows(scratch, chunks, rows, head);
      transform.inverse(correlation, scratch.work());
      steps.kernelGradient(rows, head, correlation, operands.dk(), operands.dskip());
    }
  }

  private CudaSpan kernelRows(Scratch scratch, Chunks chunks, RingRows rows, int head) {
    return part(
        scratch.kernels(), head * chunks.hidden() * rowBytes, rows.hiddenCount() * rowBytes);
  }

  /** A piece that the call does not need is a single byte, which no step is given. */
  private static CudaSpan part(CudaSpan whole, long offset, long bytes) {
    return bytes > whole.byteSize() - offset
        ? whole
        : whole.allocation().span(whole.offset() + offset, bytes);
  }
}
