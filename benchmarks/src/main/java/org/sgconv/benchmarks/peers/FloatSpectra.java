package org.sgconv.benchmarks.peers;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** In float32. */
final class FloatSpectra implements SpectrumArithmetic {

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
  private static final VectorShuffle<Float> SWAP = VectorShuffle.fromOp(SPECIES, lane -> lane ^ 1);
  private static final VectorShuffle<Float> REAL = VectorShuffle.fromOp(SPECIES, lane -> lane & ~1);
  private static final VectorShuffle<Float> IMAGINARY =
      VectorShuffle.fromOp(SPECIES, lane -> lane | 1);

  /** -1 in real lanes, 1 in imaginary ones. */
  private static final FloatVector SIGN =
      FloatVector.broadcast(SPECIES, 1f)
          .blend(-1f, VectorMask.fromLong(SPECIES, 0x5555555555555555L));

  private static final FloatVector CONJUGATE = SIGN.neg();

  @Override
  public void multiply(MemorySegment x, MemorySegment k, long kOffset, int count, boolean packed) {
    multiply(x, k, kOffset, count, packed, SIGN, 1f);
  }

  @Override
  public void multiplyConjugate(
      MemorySegment x, MemorySegment k, long kOffset, int count, boolean packed) {
    multiply(x, k, kOffset, count, packed, CONJUGATE, -1f);
  }

  private static void multiply(
      MemorySegment x,
      MemorySegment k,
      long kOffset,
      int count,
      boolean packed,
      FloatVector signs,
      float sign) {
    float first = x.get(FLOAT, 0) * k.get(FLOAT, kOffset);
    float last = x.get(FLOAT, 4) * k.get(FLOAT, kOffset + 4);
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      FloatVector a = FloatVector.fromMemorySegment(SPECIES, x, 4L * i, ORDER);
      FloatVector b = FloatVector.fromMemorySegment(SPECIES, k, kOffset + 4L * i, ORDER);
      FloatVector cross = a.rearrange(SWAP).mul(b.rearrange(IMAGINARY)).mul(signs);
      a.fma(b.rearrange(REAL), cross).intoMemorySegment(x, 4L * i, ORDER);
    }
    for (; i < count; i += 2) {
      float ar = x.get(FLOAT, 4L * i);
      float ai = x.get(FLOAT, 4L * i + 4);
      float br = k.get(FLOAT, kOffset + 4L * i);
      float bi = sign * k.get(FLOAT, kOffset + 4L * i + 4);
      x.set(FLOAT, 4L * i, ar * br - ai * bi);
      x.set(FLOAT, 4L * i + 4, ar * bi + ai * br);
    }
    if (packed) {
      x.set(FLOAT, 0, first);
      x.set(FLOAT, 4, last);
    }
  }

  @Override
  public void accumulate(
      MemorySegment u, MemorySegment dy, MemorySegment sum, int count, boolean packed) {
    float first = sum.get(FLOAT, 0) + u.get(FLOAT, 0) * dy.get(FLOAT, 0);
    float last = sum.get(FLOAT, 4) + u.get(FLOAT, 4) * dy.get(FLOAT, 4);
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      FloatVector a = FloatVector.fromMemorySegment(SPECIES, u, 4L * i, ORDER);
      FloatVector d = FloatVector.fromMemorySegment(SPECIES, dy, 4L * i, ORDER);
      FloatVector s = FloatVector.fromMemorySegment(SPECIES, sum, 4L * i, ORDER);
      FloatVector cross = d.rearrange(SWAP).mul(CONJUGATE);
      cross
          .fma(a.rearrange(IMAGINARY), d.fma(a.rearrange(REAL), s))
          .intoMemorySegment(sum, 4L * i, ORDER);
    }
    for (; i < count; i += 2) {
      float ur = u.get(FLOAT, 4L * i);
      float ui = u.get(FLOAT, 4L * i + 4);
      float dr = dy.get(FLOAT, 4L * i);
      float di = dy.get(FLOAT, 4L * i + 4);
      sum.set(FLOAT, 4L * i, sum.get(FLOAT, 4L * i) + ur * dr + ui * di);
      sum.set(FLOAT, 4L * i + 4, sum.get(FLOAT, 4L * i + 4) + ur * di - ui * dr);
    }
    if (packed) {
      sum.set(FLOAT, 0, first);
      sum.set(FLOAT, 4, last);
    }
  }

  @Override
  public void scale(MemorySegment from, MemorySegment to, long toOffset, int count, double by) {
    float factor = (float) by;
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      FloatVector.fromMemorySegment(SPECIES, from, 4L * i, ORDER)
          .mul(factor)
          .intoMemorySegment(to, toOffset + 4L * i, ORDER);
    }
    for (; i < count; i++) {
      to.set(FLOAT, toOffset + 4L * i, from.get(FLOAT, 4L * i) * factor);
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
      FloatVector.fromMemorySegment(SPECIES, from, fromOffset + 4L * i, ORDER)
          .mul(FloatVector.fromMemorySegment(SPECIES, factors, factorsOffset + 4L * i, ORDER))
          .intoMemorySegment(to, toOffset + 4L * i, ORDER);
    }
    for (; i < count; i++) {
      float factor = factors.get(FLOAT, factorsOffset + 4L * i);
      to.set(FLOAT, toOffset + 4L * i, from.get(FLOAT, fromOffset + 4L * i) * factor);
    }
  }

  @Override
  public double get(MemorySegment from, long index) {
    return from.getAtIndex(FLOAT, index);
  }

  @Override
  public void set(MemorySegment to, long index, double value) {
    to.setAtIndex(FLOAT, index, (float) value);
  }
}
