package org.sgconv.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.bindings.cpu.SgconvCpu;
import org.sgconv.bindings.process.HeldBytes;

/**
 * Convolutions of one shape on elements of one type. Calls from several threads run one after
 * another; {@link #close} waits for the one that runs.
 */
public final class CpuPlan implements AutoCloseable {

  private static final long SPECTRUM_ALIGNMENT = 64; // sgconv/cpu.h, spectrum_prepare

  private final CallArguments arguments = new CallArguments();
  private final ConvolutionShape shape;
  private final CpuElement element;
  private final long transformSize;
  private final long spectrumBytes;

  // What a call is checked against: bytes of a signal (H, L), an output (C·H, L), a kernel (C', H,
  // K) and a skip (C, H).
  private final long signalBytes;
  private final long outputBytes;
  private final long kernelBytes;
  private final long skipBytes;
  private final NativeHandle handle;

  private CpuPlan(
      ConvolutionShape shape,
      CpuElement element,
      MemorySegment handle,
      MemorySegment sizes,
      MethodHandle destroy) {
    this.shape = shape;
    this.element = element;
    this.signalBytes = shape.signalBytes(element);
    this.outputBytes = shape.outputBytes(element);
    this.kernelBytes = shape.kernelBytes(element);
    this.skipBytes = shape.skipBytes(element);
    this.transformSize = sizes.getAtIndex(ValueLayout.JAVA_LONG, 0);
    this.spectrumBytes = sizes.getAtIndex(ValueLayout.JAVA_LONG, 1);
    this.handle = NativeHandle.closing("CpuPlan", handle, destroy);
  }

  /** Takes over a handle; see {@link CpuContext#createPlan}. */
  static CpuPlan of(
      ConvolutionShape shape, CpuElement element, MemorySegment handle, long heldBytes) {
    try (Arena arena = Arena.ofConfined();
        Closer undo = Closer.onFailure()) {
      undo.add(() -> SgconvCpu.sgconv_cpu_plan_destroy(handle));
      MemorySegment sizes = arena.allocate(ValueLayout.JAVA_LONG, 2);
      NativeResult.cpu(
          "sgconv_cpu_plan_transform_size",
          SgconvCpu.sgconv_cpu_plan_transform_size(handle, sizes));
      NativeResult.cpu(
          "sgconv_cpu_plan_spectrum_bytes",
          SgconvCpu.sgconv_cpu_plan_spectrum_bytes(handle, sizes.asSlice(Long.BYTES)));
      MethodHandle destroy =
          MethodHandles.filterReturnValue(
              SgconvCpu.sgconv_cpu_plan_destroy$handle(), HeldBytes.subtracting(heldBytes));
      CpuPlan plan = new CpuPlan(shape, element, handle, sizes, destroy);
      undo.keep(); // from now on the handle is watched
      return plan;
    }
  }

  /** Held during every call; reentrant. */
  public ReentrantLock lock() {
    return handle.lock();
  }

  /** Shape that the plan was made for. */
  public ConvolutionShape shape() {
    return shape;
  }

  /** Type of every tensor of a call. */
  public CpuElement element() {
    return element;
  }

  /** Complex values in the transform of one row. */
  public long transformSize() {
    return transformSize;
  }

  /** Bytes of one spectrum. */
  public long spectrumBytes() {
    return spectrumBytes;
  }

  /**
   * A spectrum in {@code memory}, which must stay open as long as the spectrum is used.
   *
   * @param memory {@link #spectrumBytes} bytes, 64-byte aligned
   */
  public CpuSpectrum createSpectrum(MemorySegment memory) {
    try (NativeHandle.Use _ = handle.use()) {
      CallArguments in = arguments.of("spectrum", element);
      in.output("memory", memory, spectrumBytes);
      in.requireAlignment("memory", memory, SPECTRUM_ALIGNMENT);
      return new CpuSpectrum(this, memory);
    }
  }

  /** Transforms kernel (C', H, K) with skip (C, H) or null into {@code spectrum}. */
  public void prepare(MemorySegment kernel, @Nullable MemorySegment skip, CpuSpectrum spectrum) {
    try (NativeHandle.Use use = handle.use()) {
      CallArguments in = arguments.of("sgconv_cpu_spectrum_prepare", element);
      in.input("kernel", kernel, kernelBytes);
      MemorySegment skipOrNull = in.optionalInput("skip", skip, skipBytes);
      MemorySegment target = in.output("spectrum", spectrum.memory(this), spectrumBytes);
      spectrum.markPrepared(false); // a failure may leave a part of it written
      NativeResult.cpu(
          "sgconv_cpu_spectrum_prepare",
          SgconvCpu.sgconv_cpu_spectrum_prepare(use.address(), kernel, skipOrNull, target));
      spectrum.markPrepared(true);
    }
  }

  /**
   * Writes y (batch, C·H, L) = post ⊙ conv(pre ⊙ u).
   *
   * @param lengths samples of each member of the batch, 64-bit values from 1 to L: what lies beyond
   *     counts as zero, and y is zero there; null if all have L
   * @param u signals (batch, H, L)
   * @param pre gate (batch, H, L) or null
   * @param post gate (batch, H, L) or null
   */
  public void forward(
      CpuSpectrum spectrum,
      long batch,
      @Nullable MemorySegment lengths,
      MemorySegment u,
      @Nullable MemorySegment pre,
      @Nullable MemorySegment post,
      MemorySegment y) {
    try (NativeHandle.Use use = handle.use()) {
      CallArguments in = arguments.of("sgconv_cpu_convolution_forward", element);
      long signal = in.bytes("batch", batch, signalBytes);
      long output = in.bytes("batch", batch, outputBytes);
      MemorySegment lengthsOrNull = in.lengths(lengths, batch);
      MemorySegment prepared = in.input("spectrum", spectrum.preparedMemory(this), spectrumBytes);
      in.input("u", u, signal);
      MemorySegment preOrNull = in.optionalInput("pre", pre, signal);
      MemorySegment postOrNull = in.optionalInput("post", post, signal);
      in.output("y", y, output);
      NativeResult.cpu(
          "sgconv_cpu_convolution_forward",
          SgconvCpu.sgconv_cpu_convolution_forward(
              use.address(), prepared, batch, lengthsOrNull, u, preOrNull, postOrNull, y));
    }
  }

  /**
   * Writes the gradients that are asked for; null where one is not wanted. The arguments are those
   * of {@code sgconv_cpu_convolution_backward}, one by one so that a call allocates nothing.
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
   */
  public void backward(
      CpuSpectrum spectrum,
      long batch,
      @Nullable MemorySegment lengths,
      MemorySegment u,
      MemorySegment dy,
      @Nullable MemorySegment pre,
      @Nullable MemorySegment post,
      @Nullable MemorySegment du,
      @Nullable MemorySegment dk,
      @Nullable MemorySegment dskip,
      @Nullable MemorySegment dpre,
      @Nullable MemorySegment dpost) {
    try (NativeHandle.Use use = handle.use()) {
      CallArguments in = arguments.of("sgconv_cpu_convolution_backward", element);
      long signal = in.bytes("batch", batch, signalBytes);
      long output = in.bytes("batch", batch, outputBytes);
      MemorySegment lengthsOrNull = in.lengths(lengths, batch);
      MemorySegment prepared = in.input("spectrum", spectrum.preparedMemory(this), spectrumBytes);
      in.input("u", u, signal);
      in.input("dy", dy, output);
      NativeResult.cpu(
          "sgconv_cpu_convolution_backward",
          SgconvCpu.sgconv_cpu_convolution_backward(
              use.address(),
              prepared,
              batch,
              lengthsOrNull,
              u,
              dy,
              in.optionalInput("pre", pre, signal),
              in.optionalInput("post", post, signal),
              in.optionalOutput("du", du, signal),
              in.optionalOutput("dk", dk, kernelBytes),
              in.optionalOutput("dskip", dskip, skipBytes),
              in.optionalOutput("dpre", dpre, signal),
              in.optionalOutput("dpost", dpost, signal)));
    }
  }

  /** Frees the plan; its spectra are of no use any more. */
  @Override
  public void close() {
    handle.close();
  }
}
