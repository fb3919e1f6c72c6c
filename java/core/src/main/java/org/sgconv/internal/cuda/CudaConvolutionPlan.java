package org.sgconv.internal.cuda;

import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidArgumentException;
import org.sgconv.bindings.CudaSpan;
import org.sgconv.bindings.CudaSynthesis;
import org.sgconv.bindings.FftPlan;
import org.sgconv.bindings.RingRows;
import org.sgconv.bindings.RingSteps;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.tensor.DType;

/** Convolutions of one geometry through cuFFT, in the ring x^N = i. */
final class CudaConvolutionPlan extends StreamPlan {

  /** sgconv/cuda.h, {@code sgconv_cuda_rows}. */
  private static final long MOST_POINTS = 1L << 32;

  private final RingSteps steps;
  private final CudaSynthesis synthesis;
  private final CudaBackwardPass backward;
  private final long rowBytes;

  private CudaConvolutionPlan(
      GpuStream stream, ConvolutionGeometry geometry, DType type, long size) {
    super(stream, geometry, type, size);
    this.steps = new RingSteps(stream.queue(), shape, element, size);
    this.synthesis = new CudaSynthesis(stream.queue());
    this.backward = new CudaBackwardPass(stream, steps, shape, size, limit);
    this.rowBytes = size * Chunks.COMPLEX;
  }

  static CudaConvolutionPlan create(GpuStream stream, ConvolutionGeometry geometry, DType type) {
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
    return new CudaConvolutionPlan(stream, geometry, type, size);
  }

  @Override
  ConvolutionPath way() {
    return ConvolutionPath.CUFFT;
  }

  @Override
  void prepare(CudaSpan kernel, @Nullable CudaSpan skip, CudaSpan spectrum) {
    transform(0, scratch -> kernel, skip, spectrum);
  }

  /** A kernel that the caller does not want lies in scratch memory until it is placed. */
  @Override
  void synthesize(
      KernelSpans parameters,
      @Nullable CudaSpan skip,
      @Nullable CudaSpan kernel,
      CudaSpan spectrum) {
    transform(
        kernel == null ? kernelBytes() : 0,
        scratch -> {
          CudaSpan target = kernel == null ? scratch : kernel;
          synthesis.kernelForward(
              parameters.shape(),
              parameters.weights(),
              parameters.decay(),
              parameters.norm(),
              shape.length(),
              target);
          return target;
        },
        skip,
        spectrum);
  }

  /**
   * Places a kernel's rows in the spectrum and transforms them there.
   *
   * @param kernelBytes of scratch memory for the kernel, besides what the limit is for
   * @param source submits what makes the kernel, given that memory, and returns where it is
   */
  private void transform(
      long kernelBytes,
      UnaryOperator<CudaSpan> source,
      @Nullable CudaSpan skip,
      CudaSpan spectrum) {
    long rows = spectrumRows();
    // The transform is in place; as many rows as in other passes, and their work area.
    Chunks chunks =
        Chunks.within(
            limit,
            1,
            rows,
            it -> Math.max(it.hidden() * rowBytes, Workspace.bytes(workBytes(it.hidden()))));
    long most = 0;
    for (long count : chunks.rowCounts(1, rows)) {
      most = Math.max(most, plan(count).workBytes());
    }
    List<CudaSpan> scratch = stream.workspace().reserve(kernelBytes, most);
    CudaSpan kernel = source.apply(scratch.get(0));
    for (long first = 0; first < rows; first += chunks.hidden()) {
      long count = Math.min(chunks.hidden(), rows - first);
      steps.place(first, count, kernel, skip, spectrum);
      FftPlan transform = plan(count);
      CudaSpan part = spectrum.allocation().span(first * rowBytes, count * rowBytes);
      transform.forward(part, scratch.get(1));
    }
  }

  @Override
  void forward(ForwardSpans call) {
    boolean several = shape.heads() > 1;
    Chunks chunks =
        Chunks.within(
            limit,
            call.batch(),
            shape.hidden(),
            it -> {
              long complex = it.rows() * rowBytes;
              return Workspace.bytes(workBytes(it.rows()), complex, several ? complex : 0);
            });
    for (long first = 0; first < shape.hidden(); first += chunks.hidden()) {
      long count = Math.min(chunks.hidden(), shape.hidden() - first);
      chunks.forEachRing(call.batch(), first, count, rows -> forwardChunk(call, rows));
    }
  }

  private void forwardChunk(ForwardSpans call, RingRows rows) {
    long count = rows.batchCount() * rows.hiddenCount();
    long heads = shape.heads();
    FftPlan transform = plan(count);
    List<CudaSpan> scratch =
        stream
            .workspace()
            .reserve(transform.workBytes(), count * rowBytes, heads > 1 ? count * rowBytes : 0);
    CudaSpan work = scratch.get(0);
    CudaSpan z = scratch.get(1);
    steps.twist(rows, -1, call.u(), call.pre(), z);
    transform.forward(z, work);
    for (int head = 0; head < heads; head++) {
      CudaSpan product = head == heads - 1 ? z : scratch.get(2);
      steps.multiply(rows, head, call.spectrum(), z, product);
      transform.inverse(product, work);
      steps.untwist(rows, head, product, call.post(), null, call.y(), null);
    }
  }

  private FftPlan plan(long rows) {
    return stream.workspace().plan(size, rows);
  }

  /** Of the plan itself, since only cuFFT knows. */
  private long workBytes(long rows) {
    return rows * rowBytes > limit.bytes() ? 0 : plan(rows).workBytes();
  }

  @Override
  void backward(BackwardSpans call) {
    backward.run(call);
  }
}
