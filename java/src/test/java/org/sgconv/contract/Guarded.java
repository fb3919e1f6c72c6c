package org.sgconv.contract;

import java.util.Arrays;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * A tensor between two margins of a known value, optionally at an odd element. Outputs start as
 * NaN, so that whatever a backend leaves unwritten fails its comparison; a write outside shows in
 * the margins.
 */
final class Guarded implements AutoCloseable {

  /** An odd number of elements makes the tensor unaligned, this many keep it at 64 bytes. */
  private static final int MARGIN = 16;

  private static final double MARK = 12345.0;

  private final Tensor whole;
  private final Tensor view;
  private final long front;

  private Guarded(DType type, boolean unaligned, double fill, long... dims) {
    long count = Arrays.stream(dims).reduce(1, Math::multiplyExact);
    front = unaligned ? MARGIN + 1 : MARGIN;
    whole = Tensor.zeros(type, front + count + MARGIN);
    whole.fill(MARK);
    view = whole.slice(front, front + count).reshape(dims);
    view.fill(fill);
  }

  static Guarded output(DType type, boolean unaligned, long... dims) {
    return new Guarded(type, unaligned, Double.NaN, dims);
  }

  static Guarded input(DType type, boolean unaligned, double[] values, long... dims) {
    Guarded guarded = new Guarded(type, unaligned, 0, dims);
    for (int i = 0; i < values.length; i++) {
      guarded.view.setFlat(i, values[i]);
    }
    return guarded;
  }

  Tensor tensor() {
    return view;
  }

  double[] values() {
    return view.toDoubleArray();
  }

  /** Fails if anything was written outside the tensor. */
  void requireMarginsIntact(String what) {
    for (long i = 0; i < whole.elementCount(); i++) {
      boolean inside = i >= front && i < front + view.elementCount();
      if (!inside && whole.getFlat(i) != MARK) {
        throw new AssertionError(
            what + ": wrote " + whole.getFlat(i) + " at element " + (i - front) + ", outside");
      }
    }
  }

  @Override
  public void close() {
    whole.close();
  }
}
