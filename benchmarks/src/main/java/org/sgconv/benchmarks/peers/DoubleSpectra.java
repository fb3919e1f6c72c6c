package org.sgconv.benchmarks.peers;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** In float64. */
final class DoubleSpectra implements SpectrumArithmetic {

  private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE;
  private static final VectorShuffle<Double> SWAP = VectorShuffle.fromOp(SPECIES, lane -> lane ^ 1);
  private static final VectorShuffle<Double> REAL =
      VectorShuffle.fromOp(SPECIES, lane -> lane & ~1);
  private static final VectorShuffle<Double> IMAGINARY =
      VectorShuffle.fromOp(SPECIES, lane -> lane | 1);

  /** -1 in real lanes, 1 in imaginary ones. */
  private static final DoubleVector SIGN =
      DoubleVector.broadcast(SPECIES, 1d)
          .blend(-1d, VectorMask.fromLong(SPECIES, 0x5555555555555555L));

  private static final DoubleVector CONJUGATE = SIGN.neg();

  @Override
  public void multiply(MemorySegment x, MemorySegment k, long kOffset, int count, boolean packed) {
    multiply(x, k, kOffset, count, packed, SIGN, 1d);
  }

  @Override
  public void multiplyConjugate(
      MemorySegment x, MemorySegment k, long kOffset, int count, boolean packed) {
    multiply(x, k, kOffset, count, packed, CONJUGATE, -1d);
  }

  private static void multiply(
      MemorySegment x,
      MemorySegment k,
      long kOffset,
      int count,
      boolean packed,
      DoubleVector signs,
      double sign) {
    double first = x.get(DOUBLE, 0) * k.get(DOUBLE, kOffset);
    double last = x.get(DOUBLE, 8) * k.get(DOUBLE, kOffset + 8);
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      DoubleVector a = DoubleVector.fromMemorySegment(SPECIES, x, 8L * i, ORDER);
      DoubleVector b = DoubleVector.fromMemorySegment(SPECIES, k, kOffset + 8L * i, ORDER);
      DoubleVector cross = a.rearrange(SWAP).mul(b.rearrange(IMAGINARY)).mul(signs);
      a.fma(b.rearrange(REAL), cross).intoMemorySegment(x, 8L * i, ORDER);
    }
    for (; i < count; i += 2) {
      double ar = x.get(DOUBLE, 8L * i);
      double ai = x.get(DOUBLE, 8L * i + 8);
      double br = k.get(DOUBLE, kOffset + 8L * i);
      double bi = sign * k.get(DOUBLE, kOffset + 8L * i + 8);
      x.set(DOUBLE, 8L * i, ar * br - ai * bi);
      x.set(DOUBLE, 8L * i + 8, ar * bi + ai * br);
    }
    if (packed) {
      x.set(DOUBLE, 0, first);
      x.set(DOUBLE, 8, last);
    }
  }

  @Override
  public void accumulate(
      MemorySegment u, MemorySegment dy, MemorySegment sum, int count, boolean packed) {
    double first = sum.get(DOUBLE, 0) + u.get(DOUBLE, 0) * dy.get(DOUBLE, 0);
    double last = sum.get(DOUBLE, 8) + u.get(DOUBLE, 8) * dy.get(DOUBLE, 8);
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      DoubleVector a = DoubleVector.fromMemorySegment(SPECIES, u, 8L * i, ORDER);
      DoubleVector d = DoubleVector.fromMemorySegment(SPECIES, dy, 8L * i, ORDER);
      DoubleVector s = DoubleVector.fromMemorySegment(SPECIES, sum, 8L * i, ORDER);
      DoubleVector cross = d.rearrange(SWAP).mul(CONJUGATE);
      cross
          .fma(a.rearrange(IMAGINARY), d.fma(a.rearrange(REAL), s))
          .intoMemorySegment(sum, 8L * i, ORDER);
    }
    for (; i < count; i += 2) {
      double ur = u.get(DOUBLE, 8L * i);
      double ui = u.get(DOUBLE, 8L * i + 8);
      double dr = dy.get(DOUBLE, 8L * i);
      double di = dy.get(DOUBLE, 8L * i + 8);
      sum.set(DOUBLE, 8L * i, sum.get(DOUBLE, 8L * i) + ur * dr + ui * di);
      sum.set(DOUBLE, 8L * i + 8, sum.get(DOUBLE, 8L * i + 8) + ur * di - ui * dr);
    }
    if (packed) {
      sum.set(DOUBLE, 0, first);
      sum.set(DOUBLE, 8, last);
    }
  }

  @Override
  public void scale(MemorySegment from, MemorySegment to, long toOffset, int count, double factor) {
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      DoubleVector.fromMemorySegment(SPECIES, from, 8L * i, ORDER)
          .mul(factor)
          .intoMemorySegment(to, toOffset + 8L * i, ORDER);
    }
    for (; i < count; i++) {
      to.set(DOUBLE, toOffset + 8L * i, from.get(DOUBLE, 8L * i) * factor);
    }
  }

  @Override
  public void multiplyReal(
      MemorySegment from,
      long fromOffset,
      MemorySegment factors,
      long factorsOffset,
      MemorySegment to,
      long toOffset,
      int count) {
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      DoubleVector.fromMemorySegment(SPECIES, from, fromOffset + 8L * i, ORDER)
          .mul(DoubleVector.fromMemorySegment(SPECIES, factors, factorsOffset + 8L * i, ORDER))
          .intoMemorySegment(to, toOffset + 8L * i, ORDER);
    }
    for (; i < count; i++) {
      double factor = factors.get(DOUBLE, factorsOffset + 8L * i);
      to.set(DOUBLE, toOffset + 8L * i, from.get(DOUBLE, fromOffset + 8L * i) * factor);
    }
  }

  @Override
  public double get(MemorySegment from, long index) {
    return from.getAtIndex(DOUBLE, index);
  }

  @Override
  public void set(MemorySegment to, long index, double value) {
    to.setAtIndex(DOUBLE, index, value);
  }
}
