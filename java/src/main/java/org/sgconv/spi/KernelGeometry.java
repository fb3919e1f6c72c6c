package org.sgconv.spi;

import org.sgconv.Composition;
import org.sgconv.DecayLaw;
import org.sgconv.Interpolation;

/**
 * Shape and rules of a multi-scale kernel.
 *
 * @param channels C' ≥ 1: heads, times two when bidirectional
 * @param hidden H ≥ 1
 * @param dim d ≥ 1: parameters per scale
 * @param scales S ≥ 1
 * @param initScale r ≥ 0
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

  /** Stretch factor f_i of piece {@code scale}: 2^(max(0,i−1)+r) concatenated, 2^(i+r) summed. */
  public long factor(int scale) {
    int power = composition == Composition.SUM ? scale : Math.max(0, scale - 1);
    return 1L << (power + initScale);
  }

  /** Full kernel length M = d·2^(S−1+r). */
  public long fullLength() {
    return (long) dim << (scales - 1 + initScale);
  }
}
