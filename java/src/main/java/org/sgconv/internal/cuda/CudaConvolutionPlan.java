package org.sgconv.internal.cuda;

import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidArgumentException;
import org.sgconv.bindings.ConvolutionShape;
import org.sgconv.bindings.CudaConvolution;
import org.sgconv.bindings.CudaElement;
import org.sgconv.bindings.CudaRuntime;
import org.sgconv.bindings.CudaSpan;
import org.sgconv.bindings.CudaSynthesis;
import org.sgconv.bindings.FftPlan;
import org.sgconv.internal.boundary.Shapes;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.spi.ConvolutionPlan;
import org.sgconv.spi.GradientTargets;
import org.sgconv.spi.KernelGeometry;
import org.sgconv.spi.PlanSpectrum;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Convolutions of one geometry through cuFFT, in the ring x^N = i. It holds no device memory: work
 * areas and plans are its stream's.
 */
final class CudaConvolutionPlan implements ConvolutionPlan {

  /** sgconv/cuda.h, {@code sgconv_cuda_rows}. */
  private static final long MOST_POINTS = 1L << 32;

  private final GpuStream stream;
  private final ConvolutionGeometry geometry;
  private final ConvolutionShape shape;
  private final long size;
  private final CudaElement element;
  private final CudaConvolution steps;
  private final CudaSynthesis synthesis;
  private final CudaBackwardPass backward;
  private final long limit;

  private CudaConvolutionPlan(
      GpuStream stream, ConvolutionGeometry geometry, CudaElement element, long size) {
    this.stream = stream;
    this.geometry = geometry;
    this.shape = Shapes.of(geometry);
    this.element = element;
    this.size = size;
    this.steps = new CudaConvolution(stream.queue());
    this.synthesis = new CudaSynthesis(stream.queue());
    this.limit = ByteLimit.workspace();
    this.backward = new CudaBackwardPass(stream, steps, shape, element, size, limit);
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
    long size = CudaRuntime.transformSize(geometry.length());
    if (size > MOST_POINTS) {
      throw new InvalidArgumentException(
          "length is "
              + geometry.length()
              + ": its transform would have "
              + size
              + " points, the cuda backend takes at most "
              + MOST_POINTS);
    }
    return new CudaConvolutionPlan(stream, geometry, ElementTypes.of(type), size);
  }

  @Override
  public PlanSpectrum createSpectrum() {
    long bytes;
    try {
      bytes = Math.multiplyExact(geometry.outputRows(), Math.multiplyExact(size, Chunks.COMPLEX));
    } catch (ArithmeticException e) {
      throw new InvalidArgumentException(
          "a spectrum of " + geometry + " has more bytes than any memory", e);
    }
    return new CudaPlanSpectrum(
        this, GpuMemory.allocate(stream, "a spectrum of " + geometry, bytes), bytes);
  }

  @Override
  public void prepare(Tensor kernel, @Nullable Tensor skip, PlanSpectrum spectrum) {
    stream.submit(
        "a spectrum of",
        geometry,
        () -> {
          CudaSpan k = stream.span("kernel", kernel);
          transform(0, scratch -> k, skip, spectrum);
        });
  }

  /** A kernel that the caller does not want lies in scratch memory until it is placed. */
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
        () -> {
          CudaSpan w = stream.span("weights", weights);
          CudaSpan m = stream.span("decay", decay);
          CudaSpan z = stream.span("norm", norm);
          CudaSpan wanted = stream.optionalSpan("kernel", kernel);
          long rows = (long) geometry.channels() * geometry.hidden();
          transform(
              wanted == null ? rows * geometry.length() * Float.BYTES : 0,
              scratch -> {
                CudaSpan k = wanted == null ? scratch : wanted;
                synthesis.forward(Shapes.of(kernels), w, m, z, geometry.length(), k);
                return k;
              },
              skip,
              spectrum);
        });
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
      @Nullable Tensor skip,
      PlanSpectrum spectrum) {
    CudaSpan target = CudaPlanSpectrum.span(spectrum, this, stream);
    CudaSpan d = stream.optionalSpan("skip", skip);
    long rows = geometry.outputRows();
    long rowBytes = size * Chunks.COMPLEX;
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
    List<CudaSpan> pieces = stream.workspace().reserve(kernelBytes, most);
    CudaSpan k = source.apply(pieces.get(0));
    for (long first = 0; first < rows; first += chunks.hidden()) {
      long count = Math.min(chunks.hidden(), rows - first);
      steps.place(shape, size, first, count, k, d, target);
      FftPlan transform = plan(count);
      CudaSpan part = target.allocation().span(first * rowBytes, count * rowBytes);
      transform.forward(part, pieces.get(1));
    }
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
          int heads = geometry.heads();
          int buffers = heads > 1 ? 2 : 1;
          long rowBytes = size * Chunks.COMPLEX;
          Chunks chunks =
              Chunks.within(
                  limit,
                  u.dim(0),
                  shape.hidden(),
                  it -> {
                    long complex = it.rows() * rowBytes;
                    return Workspace.bytes(
                        workBytes(it.rows()), complex, buffers > 1 ? complex : 0);
                  });
          for (long first = 0; first < shape.hidden(); first += chunks.hidden()) {
            long count = Math.min(chunks.hidden(), shape.hidden() - first);
            chunks.forEachBatch(
                shape,
                size,
                u.dim(0),
                first,
                count,
                rows -> {
                  long bytes = rows.batchCount() * rows.hiddenCount() * rowBytes;
                  FftPlan transform = plan(rows.batchCount() * rows.hiddenCount());
                  List<CudaSpan> scratch =
                      stream
                          .workspace()
                          .reserve(transform.workBytes(), bytes, heads > 1 ? bytes : 0);
                  CudaSpan work = scratch.get(0);
                  CudaSpan z = scratch.get(1);
                  steps.twist(rows, -1, element, signal, before, z);
                  transform.forward(z, work);
                  for (int head = 0; head < heads; head++) {
                    CudaSpan product = head == heads - 1 ? z : scratch.get(2);
                    steps.multiply(rows, head, k, z, product);
                    transform.inverse(product, work);
                    steps.untwist(rows, head, element, product, after, null, output, null);
                  }
                });
          }
        });
  }

  private FftPlan plan(long rows) {
    return stream.workspace().plan(size, rows);
  }

  /** Of the plan itself, since only cuFFT knows. */
  private long workBytes(long rows) {
    return rows * size * Chunks.COMPLEX > limit ? 0 : plan(rows).workBytes();
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
        () ->
            backward.run(CudaPlanSpectrum.span(spectrum, this, stream), u, pre, post, dy, targets));
  }

  @Override
  public void close() {
    // Nothing of its own: what it used serves the next convolution on the stream.
  }
}
