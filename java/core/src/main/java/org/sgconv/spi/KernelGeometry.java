package org.sgconv.spi;

import org.sgconv.Composition;
import org.sgconv.DecayLaw;
import org.sgconv.Interpolation;
import org.sgconv.InvalidArgumentException;

/**
 * Shape and rules of a multi-scale kernel.
 *
 * @param channels C' ≥ 1: heads, times two when bidirectional
 * @param hidden H ≥ 1
 * @param dim d ≥ 1: parameters per scale
 * @param scales S ≥ 1
 * @param initScale r ≥ 0
 * @since 0.1.0
 */
public record KernelGeometry(
    int channels,
    int hidden,
    int dim,
    int scales,
    int initScale,
    Composition composition,
    Interpolation interpolation,
    DecayLaw decay) {

  /** The longest full kernel: 2^40 lags. */
  public static final long MAX_FULL_LENGTH = 1L << 40;

  /**
   * Checks the values.
   *
   * @throws InvalidArgumentException if one is out of range, or M is above {@link #MAX_FULL_LENGTH}
   */
  public KernelGeometry {
    requireRange("channels", channels, 1, Integer.MAX_VALUE);
    requireRange("hidden", hidden, 1, Integer.MAX_VALUE);
    requireRange("kernelDim", dim, 1, Integer.MAX_VALUE);
    requireRange("scales", scales, 1, 64);
    requireRange("initScale", initScale, 0, 64);
    int power = scales - 1 + initScale;
    if (power > 40 || (long) dim << power > MAX_FULL_LENGTH) {
      throw new InvalidArgumentException(
          "full kernel length M = kernelDim·2^(scales−1+initScale) = "
              + dim
              + "·2^"
              + power
              + ": must be at most 2^40; take fewer scales or a smaller initScale");
    }
  }

  /** Stretch factor f_i of piece {@code scale}: 2^(max(0,i−1)+r) concatenated, 2^(i+r) summed. */
  public long factor(int scale) {
    int power = composition == Composition.SUM ? scale : Math.max(0, scale - 1);
    return 1L << (power + initScale);
  }

  /** Full kernel length M = d·2^(S−1+r). */
  public long fullLength() {
    return (long) dim << (scales - 1 + initScale);
  }

  /** C'·H·M: lags of all full kernels together; Long.MAX_VALUE for more. */
  public long totalLags() {
    long rows = (long) channels * hidden;
    return rows > Long.MAX_VALUE / fullLength() ? Long.MAX_VALUE : rows * fullLength();
  }

  /**
   * Whether the norm follows from the weights alone, without looking at every lag: pieces that lie
   * side by side and decay by the geometric law are polylines, whose squares have a closed sum.
   */
  public boolean hasClosedNorm() {
    return composition == Composition.CONCATENATE && decay == DecayLaw.GEOMETRIC;
  }

  static void requireRange(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new InvalidArgumentException(
          name + " is " + value + ": must be from " + least + " to " + most);
    }
  }
}
