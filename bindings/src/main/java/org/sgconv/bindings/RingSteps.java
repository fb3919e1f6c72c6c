package org.sgconv.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.cuda.SgconvCuda;
import org.sgconv.bindings.cuda.sgconv_cuda_rows;

/**
 * What a convolution of one shape does around the transforms of cuFFT, in the ring x^N = i of
 * {@code sgconv/cuda.h}: each step is checked and submitted to one stream. Signals are whole
 * tensors, (B, H, L) or (B, C·H, L); complex rows are those of the call. {@code lengths} are the
 * samples of each member of the batch, 64-bit values of the host's memory, or null if all have L.
 */
public final class RingSteps {

  /** Bytes of a complex value. */
  public static final long COMPLEX_BYTES = 8;

  private static final long FLOAT = Float.BYTES;

  private final CudaStream stream;
  private final ConvolutionShape shape;
  private final CudaElement element;
  private final long size;
  private final CallArguments arguments;
  private final MemorySegment geometry;
  private final MemorySegment struct;

  /**
   * Steps on a stream.
   *
   * @param element of the signals
   * @param size N ≥ L, such as {@link #transformSize}
   */
  public RingSteps(CudaStream stream, ConvolutionShape shape, CudaElement element, long size) {
    if (size < shape.length()) {
      throw new IllegalArgumentException(
          "size is " + size + ", expected at least the length " + shape.length());
    }
    Arena arena = Arena.ofAuto();
    this.stream = stream;
    this.shape = shape;
    this.element = element;
    this.size = size;
    this.arguments = new CallArguments(stream);
    this.geometry = shape.allocate(arena);
    this.struct = arena.allocate(sgconv_cuda_rows.layout());
  }

  /**
   * Smallest transform size for signals of this length.
   *
   * @param length L ≥ 1, in samples
   */
  public static long transformSize(long length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(ValueLayout.JAVA_LONG);
      NativeResult.cuda(
          "sgconv_cuda_transform_size", SgconvCuda.sgconv_cuda_transform_size(length, value));
      return value.get(ValueLayout.JAVA_LONG, 0);
    }
  }

  /** N: complex values in the transform of one row. */
  public long transformSize() {
    return size;
  }

  /** Bytes of a complex row (N). */
  public long rowBytes() {
    return Math.multiplyExact(size, COMPLEX_BYTES);
  }

  /** Bytes of a spectrum (C, H, N). */
  public long spectrumBytes() {
    return Math.multiplyExact(Math.multiplyExact(shape.heads(), shape.hidden()), rowBytes());
  }

  /** Places rows [first, first + count) of kernel (C', H, K) and skip (C, H) in the spectrum. */
  public void place(
      long first, long count, CudaSpan kernel, @Nullable CudaSpan skip, CudaSpan spectrum) {
    try (NativeHandle.Use use = stream.use()) {
      CallArguments in = arguments.of("sgconv_cuda_kernel_place");
      NativeResult.cuda(
          "sgconv_cuda_kernel_place",
          SgconvCuda.sgconv_cuda_kernel_place(
              geometry,
              size,
              first,
              count,
              in.input("kernel", kernel, shape.kernelBytes(), FLOAT),
              in.optionalInput("skip", skip, shape.skipBytes(), FLOAT),
              in.output("spectrum", spectrum, spectrumBytes(), FLOAT),
              use.address()));
    }
  }

  /**
   * z = w · (gate · signal).
   *
   * @param head −1 for a signal (B, H, L), else the head of a signal (B, C·H, L)
   */
  public void twist(
      RingRows rows,
      @Nullable MemorySegment lengths,
      int head,
      CudaSpan signal,
      @Nullable CudaSpan gate,
      CudaSpan z) {
    try (NativeHandle.Use use = stream.use()) {
      CallArguments in = arguments.of("sgconv_cuda_twist");
      NativeResult.cuda(
          "sgconv_cuda_twist",
          SgconvCuda.sgconv_cuda_twist(
              struct(rows),
              in.lengths(lengths, rows.batch()),
              head,
              element.code(),
              in.input("signal", signal, signalBytes(rows, head), element.bytes()),
              in.optionalInput("gate", gate, signalBytes(rows, -1), element.bytes()),
              in.output("z", z, complexBytes(rows), FLOAT),
              use.address()));
    }
  }

  /** y = gate · Re(conj(w) · z) / N, and product = factor · Re(conj(w) · z) / N. */
  public void untwist(
      RingRows rows,
      @Nullable MemorySegment lengths,
      int head,
      CudaSpan z,
      @Nullable CudaSpan gate,
      @Nullable CudaSpan factor,
      @Nullable CudaSpan y,
      @Nullable CudaSpan product) {
    try (NativeHandle.Use use = stream.use()) {
      CallArguments in = arguments.of("sgconv_cuda_untwist");
      NativeResult.cuda(
          "sgconv_cuda_untwist",
          SgconvCuda.sgconv_cuda_untwist(
              struct(rows),
              in.lengths(lengths, rows.batch()),
              head,
              element.code(),
              in.input("z", z, complexBytes(rows), FLOAT),
              in.optionalInput("gate", gate, signalBytes(rows, -1), element.bytes()),
              in.optionalInput("factor", factor, signalBytes(rows, -1), element.bytes()),
              in.optionalOutput("y", y, signalBytes(rows, head), element.bytes()),
              in.optionalOutput("product", product, signalBytes(rows, -1), element.bytes()),
              use.address()));
    }
  }

  /** Adds a head's part to the gradient of the gate after the convolution. */
  public void gateGradient(
      RingRows rows,
      @Nullable MemorySegment lengths,
      int head,
      CudaSpan z,
      CudaSpan dy,
      @Nullable CudaSpan sum,
      CudaSpan dpost) {
    try (NativeHandle.Use use = stream.use()) {
      CallArguments in = arguments.of("sgconv_cuda_gate_gradient");
      NativeResult.cuda(
          "sgconv_cuda_gate_gradient",
          SgconvCuda.sgconv_cuda_gate_gradient(
              struct(rows),
              in.lengths(lengths, rows.batch()),
              head,
              element.code(),
              in.input("z", z, complexBytes(rows), FLOAT),
              in.input("dy", dy, signalBytes(rows, head), element.bytes()),
              in.optionalOutput("sum", sum, sumBytes(rows), FLOAT),
              in.output("dpost", dpost, signalBytes(rows, -1), element.bytes()),
              use.address()));
    }
  }

  /** out = z · K; out may be z. */
  public void multiply(RingRows rows, int head, CudaSpan spectrum, CudaSpan z, CudaSpan out) {
    try (NativeHandle.Use use = stream.use()) {
      CallArguments in = arguments.of("sgconv_cuda_spectrum_multiply");
      MemorySegment product = in.output("out", out, complexBytes(rows), FLOAT);
      NativeResult.cuda(
          "sgconv_cuda_spectrum_multiply",
          SgconvCuda.sgconv_cuda_spectrum_multiply(
              struct(rows),
              head,
              in.input("spectrum", spectrum, spectrumBytes(), FLOAT),
              z == out ? product : in.input("z", z, complexBytes(rows), FLOAT),
              product,
              use.address()));
    }
  }

  /**
   * input = conj(K) · g and kernel = Σ conj(x) · g, each added to what is there but the first;
   * input may be g if there is one head.
   */
  public void spectrumBackward(
      RingRows rows,
      int head,
      CudaSpan spectrum,
      @Nullable CudaSpan x,
      CudaSpan g,
      @Nullable CudaSpan input,
      @Nullable CudaSpan kernel) {
    try (NativeHandle.Use use = stream.use()) {
      CallArguments in = arguments.of("sgconv_cuda_spectrum_backward");
      MemorySegment gradient =
          g == input
              ? in.output("g", g, complexBytes(rows), FLOAT)
              : in.input("g", g, complexBytes(rows), FLOAT);
      NativeResult.cuda(
          "sgconv_cuda_spectrum_backward",
          SgconvCuda.sgconv_cuda_spectrum_backward(
              struct(rows),
              head,
              in.input("spectrum", spectrum, spectrumBytes(), FLOAT),
              in.optionalInput("x", x, complexBytes(rows), FLOAT),
              gradient,
              g == input ? gradient : in.optionalOutput("input", input, complexBytes(rows), FLOAT),
              in.optionalOutput("kernel", kernel, kernelRowBytes(rows), FLOAT),
              use.address()));
    }
  }

  /** Reads dk (C', H, K) and dskip (C, H) of a head from the transformed correlation. */
  public void kernelGradient(
      RingRows rows,
      int head,
      CudaSpan correlation,
      @Nullable CudaSpan dk,
      @Nullable CudaSpan dskip) {
    try (NativeHandle.Use use = stream.use()) {
      CallArguments in = arguments.of("sgconv_cuda_kernel_gradient");
      NativeResult.cuda(
          "sgconv_cuda_kernel_gradient",
          SgconvCuda.sgconv_cuda_kernel_gradient(
              struct(rows),
              shape.kernelLength(),
              shape.mode().code(),
              head,
              in.input("correlation", correlation, kernelRowBytes(rows), FLOAT),
              in.optionalOutput("dk", dk, shape.kernelBytes(), FLOAT),
              in.optionalOutput("dskip", dskip, shape.skipBytes(), FLOAT),
              use.address()));
    }
  }

  /** Bytes of a signal (B, H, L), or with a head of an output (B, C·H, L). */
  private long signalBytes(RingRows rows, int head) {
    long values = Math.multiplyExact(rows.batch(), shape.hidden() * shape.length());
    return Math.multiplyExact(values, head < 0 ? element.bytes() : element.bytes() * shape.heads());
  }

  /** Bytes of the complex rows (batchCount, hiddenCount, N). */
  private long complexBytes(RingRows rows) {
    return Math.multiplyExact(rows.count(), rowBytes());
  }

  /** Bytes of the complex rows of a kernel gradient (hiddenCount, N). */
  private long kernelRowBytes(RingRows rows) {
    return Math.multiplyExact(rows.hiddenCount(), rowBytes());
  }

  /** Bytes of the sum of a gate gradient (batchCount, hiddenCount, L). */
  private long sumBytes(RingRows rows) {
    return Math.multiplyExact(rows.count(), shape.length() * FLOAT);
  }

  /** The rows in the library's words. Call under the stream's lock. */
  private MemorySegment struct(RingRows rows) {
    RingRows.requireWithin("hidden", rows.hiddenFirst(), rows.hiddenCount(), shape.hidden());
    sgconv_cuda_rows.heads(struct, shape.heads());
    sgconv_cuda_rows.hidden(struct, shape.hidden());
    sgconv_cuda_rows.length(struct, shape.length());
    sgconv_cuda_rows.size(struct, size);
    sgconv_cuda_rows.batch_first(struct, rows.batchFirst());
    sgconv_cuda_rows.batch_count(struct, rows.batchCount());
    sgconv_cuda_rows.hidden_first(struct, rows.hiddenFirst());
    sgconv_cuda_rows.hidden_count(struct, rows.hiddenCount());
    return struct;
  }
}
