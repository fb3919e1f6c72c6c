package org.sgconv.bindings;

import java.lang.foreign.MemorySegment;
import org.sgconv.bindings.common.SgconvCommon;
import org.sgconv.bindings.common.sgconv_kernel_geometry;

/**
 * {@code sgconv_kernel_geometry}: shape and rules of a multi-scale kernel.
 *
 * @param channels C' ≥ 1
 * @param hidden H ≥ 1
 * @param dim d ≥ 1
 * @param scales S ≥ 1
 * @param initScale r ≥ 0
 */
public record KernelShape(
    long channels,
    long hidden,
    long dim,
    long scales,
    long initScale,
    Composition composition,
    Interpolation interpolation,
    Decay decay) {

  /** {@code sgconv_composition}. */
  public enum Composition {
    /** Pieces one after another. */
    CONCATENATE(SgconvCommon.SGCONV_CONCATENATE()),
    /** Pieces added, all starting at lag 0. */
    SUM(SgconvCommon.SGCONV_SUM());

    private final int code;

    Composition(int code) {
      this.code = code;
    }
  }

  /** {@code sgconv_interpolation}. */
  public enum Interpolation {
    /** Half-pixel centers, clamped. */
    LINEAR(SgconvCommon.SGCONV_LINEAR()),
    /** The nearest parameter to the left. */
    NEAREST(SgconvCommon.SGCONV_NEAREST());

    private final int code;

    Interpolation(int code) {
      this.code = code;
    }
  }

  /** {@code sgconv_decay}. */
  public enum Decay {
    /** A multiplier for each piece. */
    GEOMETRIC(SgconvCommon.SGCONV_GEOMETRIC()),
    /** An exponent of the lag. */
    POWER(SgconvCommon.SGCONV_POWER());

    private final int code;

    Decay(int code) {
      this.code = code;
    }
  }

  /** Checks every range. */
  public KernelShape {
    Sizes.requirePositive("channels", channels);
    Sizes.requirePositive("hidden", hidden);
    Sizes.requirePositive("dim", dim);
    Sizes.requirePositive("scales", scales);
    if (initScale < 0) {
      throw new IllegalArgumentException("initScale is " + initScale + ", expected at least 0");
    }
  }

  /** Bytes of weights (S, C', H, d). */
  long weightBytes() {
    return Sizes.floatBytes("weights", scales, channels, hidden, dim);
  }

  /** Bytes of decay (H). */
  long decayBytes() {
    return Sizes.floatBytes("decay", 1, 1, 1, hidden);
  }

  /** Bytes of norm (C', H). */
  long normBytes() {
    return Sizes.floatBytes("norm", 1, 1, channels, hidden);
  }

  /** Bytes of a kernel (C', H, length). */
  long kernelBytes(long length) {
    Sizes.requirePositive("length", length);
    return Sizes.floatBytes("kernel", 1, channels, hidden, length);
  }

  /** Bytes of weights (S, C', H, d) of a type. */
  long weightBytes(CpuElement element) {
    return Sizes.bytes("weights", element.bytes(), scales, channels, hidden, dim);
  }

  /** Bytes of decay (H) of a type. */
  long decayBytes(CpuElement element) {
    return Sizes.bytes("decay", element.bytes(), 1, 1, 1, hidden);
  }

  /** Bytes of norm (C', H) of a type. */
  long normBytes(CpuElement element) {
    return Sizes.bytes("norm", element.bytes(), 1, 1, channels, hidden);
  }

  /** Bytes of a kernel (C', H, length) of a type. */
  long kernelBytes(long length, CpuElement element) {
    Sizes.requirePositive("length", length);
    return Sizes.bytes("kernel", element.bytes(), 1, channels, hidden, length);
  }

  void write(MemorySegment struct) {
    sgconv_kernel_geometry.channels(struct, channels);
    sgconv_kernel_geometry.hidden(struct, hidden);
    sgconv_kernel_geometry.dim(struct, dim);
    sgconv_kernel_geometry.scales(struct, scales);
    sgconv_kernel_geometry.init_scale(struct, initScale);
    sgconv_kernel_geometry.composition(struct, composition.code);
    sgconv_kernel_geometry.interpolation(struct, interpolation.code);
    sgconv_kernel_geometry.decay(struct, decay.code);
    sgconv_kernel_geometry.reserved(struct, 0);
  }
}
