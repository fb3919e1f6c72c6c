package org.sgconv.contract;

import java.util.Arrays;
import org.sgconv.Backend;
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

  /** Exact in every type. */
  private static final double MARK = 233.0;

  private final Tensor whole;
  private final Tensor view;

  /** Where the backend computes: the same, or a copy. */
  private final Tensor placed;

  private final Tensor placedView;
  private final long front;

  private Guarded(Backend backend, DType type, boolean unaligned, double[] values, long... dims) {
    long count = Arrays.stream(dims).reduce(1, Math::multiplyExact);
    front = unaligned ? MARGIN + 1 : MARGIN;
    whole = Tensor.zeros(type, front + count + MARGIN);
    whole.fill(MARK);
    view = whole.slice(front, front + count).reshape(dims);
    view.fill(Double.NaN);
    for (int i = 0; i < values.length; i++) {
      view.setFlat(i, values[i]);
    }
    placed = whole.isOn(backend) ? whole : whole.copyTo(backend);
    placedView = placed.slice(front, front + count).reshape(dims);
  }

  static Guarded output(Backend backend, DType type, boolean unaligned, long... dims) {
    return new Guarded(backend, type, unaligned, new double[0], dims);
  }

  static Guarded input(
      Backend backend, DType type, boolean unaligned, double[] values, long... dims) {
    return new Guarded(backend, type, unaligned, values, dims);
  }

  Tensor tensor() {
    return placedView;
  }

  double[] values() {
    fetch();
    return view.toDoubleArray();
  }

  /** Fails if anything was written outside the tensor. */
  void requireMarginsIntact(String what) {
    fetch();
    for (long i = 0; i < whole.elementCount(); i++) {
      boolean inside = i >= front && i < front + view.elementCount();
      if (!inside && whole.getFlat(i) != MARK) {
        throw new AssertionError(
            what + ": wrote " + whole.getFlat(i) + " at element " + (i - front) + ", outside");
      }
    }
  }

  private void fetch() {
    if (!placed.isOnHost()) {
      whole.copyFrom(placed);
    }
  }

  @Override
  public void close() {
    Tensor.closeAll(placed, whole);
  }
}
