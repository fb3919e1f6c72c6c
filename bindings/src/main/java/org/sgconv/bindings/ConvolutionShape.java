package org.sgconv.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.sgconv.bindings.common.SgconvCommon;
import org.sgconv.bindings.common.sgconv_convolution_geometry;

/**
 * {@code sgconv_convolution_geometry}: signals (B, H, L), kernels (C', H, K), outputs (B, C·H, L).
 *
 * @param heads C ≥ 1
 * @param hidden H ≥ 1
 * @param length L ≥ 1
 * @param kernelLength K ≥ 1
 */
public record ConvolutionShape(long heads, long hidden, long length, long kernelLength, Mode mode) {

  /** {@code sgconv_mode}. */
  public enum Mode {
    /** Lags from 0. */
    CAUSAL(SgconvCommon.SGCONV_CAUSAL(), 1),
    /** Lags of both signs; forward kernels, then backward kernels. */
    BIDIRECTIONAL(SgconvCommon.SGCONV_BIDIRECTIONAL(), 2),
    /** Indices modulo the length. */
    CIRCULAR(SgconvCommon.SGCONV_CIRCULAR(), 1),
    /** Lags of both signs; lag 0 in the middle of each kernel. */
    CENTERED(SgconvCommon.SGCONV_CENTERED(), 1);

    private final int code;
    private final int directions;

    int code() {
      return code;
    }

    Mode(int code, int directions) {
      this.code = code;
      this.directions = directions;
    }
  }

  /** Checks every range, and that one row of each array has a size. */
  public ConvolutionShape {
    Sizes.requirePositive("heads", heads);
    Sizes.requirePositive("hidden", hidden);
    Sizes.requirePositive("length", length);
    Sizes.requirePositive("kernelLength", kernelLength);
    Sizes.floatBytes("kernel", mode.directions, heads, hidden, kernelLength);
    Sizes.floatBytes("output", 1, heads, hidden, length);
  }

  /** Bytes of one signal (H, L). */
  long signalBytes() {
    return Sizes.floatBytes("signal", 1, 1, hidden, length);
  }

  /** Bytes of one signal (H, L) of a type. */
  long signalBytes(CudaElement element) {
    return signalBytes() / Float.BYTES * element.bytes();
  }

  /** Bytes of one output (C·H, L) of a type. */
  long outputBytes(CudaElement element) {
    return outputBytes() / Float.BYTES * element.bytes();
  }

  /** Bytes of one output (C·H, L). */
  long outputBytes() {
    return Sizes.floatBytes("output", 1, heads, hidden, length);
  }

  /** Bytes of a kernel (C', H, K). */
  long kernelBytes() {
    return Sizes.floatBytes("kernel", mode.directions, heads, hidden, kernelLength);
  }

  /** Bytes of a skip (C, H). */
  long skipBytes() {
    return Sizes.floatBytes("skip", 1, 1, heads, hidden);
  }

  /** Bytes of one signal (H, L) of a type. */
  long signalBytes(CpuElement element) {
    return Sizes.bytes("signal", element.bytes(), 1, 1, hidden, length);
  }

  /** Bytes of one output (C·H, L) of a type. */
  long outputBytes(CpuElement element) {
    return Sizes.bytes("output", element.bytes(), 1, heads, hidden, length);
  }

  /** Bytes of a kernel (C', H, K) of a type. */
  long kernelBytes(CpuElement element) {
    return Sizes.bytes("kernel", element.bytes(), mode.directions, heads, hidden, kernelLength);
  }

  /** Bytes of a skip (C, H) of a type. */
  long skipBytes(CpuElement element) {
    return Sizes.bytes("skip", element.bytes(), 1, 1, heads, hidden);
  }

  /** The shape in the libraries' words. */
  MemorySegment allocate(Arena arena) {
    MemorySegment struct = arena.allocate(sgconv_convolution_geometry.layout());
    sgconv_convolution_geometry.heads(struct, heads);
    sgconv_convolution_geometry.hidden(struct, hidden);
    sgconv_convolution_geometry.length(struct, length);
    sgconv_convolution_geometry.kernel_length(struct, kernelLength);
    sgconv_convolution_geometry.mode(struct, mode.code);
    sgconv_convolution_geometry.reserved(struct, 0);
    return struct;
  }
}
