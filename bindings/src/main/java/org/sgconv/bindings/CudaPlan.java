package org.sgconv.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.bindings.common.sgconv_kernel_geometry;
import org.sgconv.bindings.cuda.SgconvCuda;

/**
 * Convolutions of one shape by our own transforms, submitted to one stream, as {@code
 * sgconv/cuda.h} describes them; every argument is checked. Signals are of one type; spectra,
 * kernels and skips are float32. The caller gives scratch memory with each call.
 */
public final class CudaPlan implements AutoCloseable {

  private static final long FLOAT = Float.BYTES;

  /** Of spectra and workspaces: sgconv/cuda.h. */
  private static final long COMPLEX = 8;

  private final CudaStream stream;
  private final CallArguments arguments;
  private final ConvolutionShape shape;
  private final long transformSize;
  private final long spectrumBytes;

  // What a call is checked against: bytes of a signal (H, L), an output (C·H, L), a kernel (C', H,
  // K) and a skip (C, H), and of an element of signals.
  private final long signalBytes;
  private final long outputBytes;
  private final long kernelBytes;
  private final long skipBytes;
  private final long elementBytes;
  private final NativeHandle handle;
  private final MemorySegment kernelGeometry;

  // 64-bit numbers that calls answer with. Guarded by the stream's lock.
  private final MemorySegment least;
  private final MemorySegment most;

  private CudaPlan(
      CudaStream stream, ConvolutionShape shape, CudaElement element, MemorySegment handle) {
    Arena arena = Arena.ofAuto();
    this.stream = stream;
    this.arguments = new CallArguments(stream);
    this.shape = shape;
    this.signalBytes = shape.signalBytes(element);
    this.outputBytes = shape.outputBytes(element);
    this.kernelBytes = shape.kernelBytes();
    this.skipBytes = shape.skipBytes();
    this.elementBytes = element.bytes();
    this.kernelGeometry = arena.allocate(sgconv_kernel_geometry.layout());
    this.least = arena.allocate(ValueLayout.JAVA_LONG);
    this.most = arena.allocate(ValueLayout.JAVA_LONG);
    NativeResult.cuda(
        "sgconv_cuda_plan_transform_size",
        SgconvCuda.sgconv_cuda_plan_transform_size(handle, most));
    this.transformSize = most.get(ValueLayout.JAVA_LONG, 0);
    NativeResult.cuda(
        "sgconv_cuda_plan_spectrum_bytes",
        SgconvCuda.sgconv_cuda_plan_spectrum_bytes(handle, most));
    this.spectrumBytes = most.get(ValueLayout.JAVA_LONG, 0);
    this.handle = stream.owned("CudaPlan", handle, SgconvCuda.sgconv_cuda_plan_destroy$handle());
  }

  /**
   * A new plan; none if our transforms have no size for the shape on the stream's device. The
   * caller closes it, before or after the stream.
   */
  public static Optional<CudaPlan> create(
      CudaStream stream, ConvolutionShape shape, CudaElement element) {
    try (NativeHandle.Use _ = stream.use();
        Arena call = Arena.ofConfined();
        Closer undo = Closer.onFailure()) {
      MemorySegment struct = shape.allocate(call);
      MemorySegment plan = call.allocate(ValueLayout.ADDRESS);
      int status = SgconvCuda.sgconv_cuda_plan_create(struct, element.code(), plan);
      if (status == NativeStatus.UNSUPPORTED.code()) {
        return Optional.empty();
      }
      NativeResult.cuda("sgconv_cuda_plan_create", status);
      MemorySegment handle = plan.get(ValueLayout.ADDRESS, 0);
      undo.add(() -> SgconvCuda.sgconv_cuda_plan_destroy(handle));
      CudaPlan made = new CudaPlan(stream, shape, element, handle);
      undo.keep(); // from now on the handle is watched
      return Optional.of(made);
    }
  }

  /** Shape that the plan was made for. */
  public ConvolutionShape shape() {
    return shape;
  }

  /** Complex values in the transform of one row, or of one window of it. */
  public long transformSize() {
    return transformSize;
  }

  /** Bytes of one spectrum. */
  public long spectrumBytes() {
    return spectrumBytes;
  }

  /** Transforms kernel (C', H, K) with skip (C, H) or null into {@code spectrum}. */
  public void prepare(CudaSpan kernel, @Nullable CudaSpan skip, CudaSpan spectrum) {
    try (NativeHandle.Use use = handle.use()) {
      CallArguments in = arguments.of("sgconv_cuda_plan_prepare");
      NativeResult.cuda(
          "sgconv_cuda_plan_prepare",
          SgconvCuda.sgconv_cuda_plan_prepare(
              use.address(),
              in.input("kernel", kernel, kernelBytes, FLOAT),
              in.optionalInput("skip", skip, skipBytes, FLOAT),
              in.output("spectrum", spectrum, spectrumBytes, COMPLEX),
              stream.address()));
    }
  }

  /**
   * As {@link #prepare}, from the parameters of the kernel, which is written to {@code kernel} only
   * if that is not null.
   *
   * @param kernels C' and H of {@link #shape}
   * @param weights (S, C', H, d)
   * @param decay (H)
   * @param norm (C', H)
   */
  public void synthesize(
      KernelShape kernels,
      CudaSpan weights,
      CudaSpan decay,
      CudaSpan norm,
      @Nullable CudaSpan skip,
      @Nullable CudaSpan kernel,
      CudaSpan spectrum) {
    try (NativeHandle.Use use = handle.use()) {
      CallArguments in = arguments.of("sgconv_cuda_plan_synthesize");
      kernels.write(kernelGeometry);
      NativeResult.cuda(
          "sgconv_cuda_plan_synthesize",
          SgconvCuda.sgconv_cuda_plan_synthesize(
              use.address(),
              kernelGeometry,
              in.input("weights", weights, kernels.weightBytes(), FLOAT),
              in.input("decay", decay, kernels.decayBytes(), FLOAT),
              in.input("norm", norm, kernels.normBytes(), FLOAT),
              in.optionalInput("skip", skip, skipBytes, FLOAT),
              in.optionalOutput("kernel", kernel, kernelBytes, FLOAT),
              in.output("spectrum", spectrum, spectrumBytes, COMPLEX),
              stream.address()));
    }
  }

  /**
   * Bytes of scratch memory for a {@link #forward} call: as many as it can make use of, but within
   * the limit if it can do with less.
   */
  public long forwardWorkspace(long batch, long limit) {
    return workspace(batch, 0, limit);
  }

  /**
   * The same for a {@link #backward} call.
   *
   * @param input whether du or dpre is wanted
   * @param kernel whether dk or dskip is wanted
   * @param post whether dpost is wanted
   */
  public long backwardWorkspace(
      long batch, boolean input, boolean kernel, boolean post, long limit) {
    int gradients =
        (input ? SgconvCuda.SGCONV_GRADIENT_INPUT() : 0)
            | (kernel ? SgconvCuda.SGCONV_GRADIENT_KERNEL() : 0)
            | (post ? SgconvCuda.SGCONV_GRADIENT_POST() : 0);
    return workspace(batch, gradients, limit);
  }

  private long workspace(long batch, int gradients, long limit) {
    try (NativeHandle.Use use = handle.open()) {
      NativeResult.cuda(
          "sgconv_cuda_plan_workspace_bytes",
          SgconvCuda.sgconv_cuda_plan_workspace_bytes(
              use.address(), batch, gradients, least, most));
      return Math.max(
          least.get(ValueLayout.JAVA_LONG, 0), Math.min(most.get(ValueLayout.JAVA_LONG, 0), limit));
    }
  }

  /**
   * Submits y (batch, C·H, L) = post ⊙ conv(pre ⊙ u).
   *
   * @param lengths samples of each member of the batch, 64-bit values of the host's memory from 1
   *     to L: what lies beyond counts as zero, and y is zero there; null if all have L
   * @param u signals (batch, H, L)
   * @param pre gate (batch, H, L) or null
   * @param post gate (batch, H, L) or null
   * @param workspace of {@link #forwardWorkspace} or any number of bytes that it has the least of;
   *     null if that is 0
   */
  public void forward(
      CudaSpan spectrum,
      long batch,
      @Nullable MemorySegment lengths,
      CudaSpan u,
      @Nullable CudaSpan pre,
      @Nullable CudaSpan post,
      CudaSpan y,
      @Nullable CudaSpan workspace) {
    try (NativeHandle.Use use = handle.use()) {
      CallArguments in = arguments.of("sgconv_cuda_plan_forward");
      long signal = in.bytes("batch", batch, signalBytes);
      long output = in.bytes("batch", batch, outputBytes);
      NativeResult.cuda(
          "sgconv_cuda_plan_forward",
          SgconvCuda.sgconv_cuda_plan_forward(
              use.address(),
              in.input("spectrum", spectrum, spectrumBytes, COMPLEX),
              batch,
              in.lengths(lengths, batch),
              in.input("u", u, signal, elementBytes),
              in.optionalInput("pre", pre, signal, elementBytes),
              in.optionalInput("post", post, signal, elementBytes),
              in.output("y", y, output, elementBytes),
              in.scratch("workspace", workspace, 0, COMPLEX),
              workspace == null ? 0 : workspace.byteSize(),
              stream.address()));
    }
  }

  /**
   * Submits the gradients that are asked for, at least one; null where one is not wanted.
   *
   * @param lengths as in the forward call, or null
   * @param u signals (batch, H, L)
   * @param dy gradient (batch, C·H, L)
   * @param pre gate (batch, H, L) or null
   * @param post gate (batch, H, L) or null
   * @param du (batch, H, L) or null
   * @param dk (C', H, K) or null
   * @param dskip (C, H) or null
   * @param dpre (batch, H, L) or null; needs {@code pre}
   * @param dpost (batch, H, L) or null; needs {@code post}
   * @param workspace of {@link #backwardWorkspace}, like that of {@link #forward}
   */
  public void backward(
      CudaSpan spectrum,
      long batch,
      @Nullable MemorySegment lengths,
      CudaSpan u,
      CudaSpan dy,
      @Nullable CudaSpan pre,
      @Nullable CudaSpan post,
      @Nullable CudaSpan du,
      @Nullable CudaSpan dk,
      @Nullable CudaSpan dskip,
      @Nullable CudaSpan dpre,
      @Nullable CudaSpan dpost,
      @Nullable CudaSpan workspace) {
    try (NativeHandle.Use use = handle.use()) {
      CallArguments in = arguments.of("sgconv_cuda_plan_backward");
      long signal = in.bytes("batch", batch, signalBytes);
      long output = in.bytes("batch", batch, outputBytes);
      NativeResult.cuda(
          "sgconv_cuda_plan_backward",
          SgconvCuda.sgconv_cuda_plan_backward(
              use.address(),
              in.input("spectrum", spectrum, spectrumBytes, COMPLEX),
              batch,
              in.lengths(lengths, batch),
              in.input("u", u, signal, elementBytes),
              in.input("dy", dy, output, elementBytes),
              in.optionalInput("pre", pre, signal, elementBytes),
              in.optionalInput("post", post, signal, elementBytes),
              in.optionalOutput("du", du, signal, elementBytes),
              in.optionalOutput("dk", dk, kernelBytes, FLOAT),
              in.optionalOutput("dskip", dskip, skipBytes, FLOAT),
              in.optionalOutput("dpre", dpre, signal, elementBytes),
              in.optionalOutput("dpost", dpost, signal, elementBytes),
              in.scratch("workspace", workspace, 0, COMPLEX),
              workspace == null ? 0 : workspace.byteSize(),
              stream.address()));
    }
  }

  /** Frees the plan; its spectra are of no use any more. Work that was submitted goes on. */
  @Override
  public void close() {
    handle.close();
  }
}
