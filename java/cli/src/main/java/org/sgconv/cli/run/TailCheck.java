package org.sgconv.cli.run;

import org.sgconv.oracle.Deviation;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * What a layer made of its convolution at some positions, beside float64. The norm of the error at
 * a position may be {@link #bound} of the norm of the output there, or of a mean position's if that
 * is larger, times the {@linkplain LayerTail.Outcome#growth growth} of errors there.
 */
final class TailCheck {

  private static final double SINGLE = 2e-5;
  private static final double DOUBLE = 1e-12;

  /** Elements of the convolution that are looked at, at most: a second of the reference's time. */
  private static final int MOST = 1 << 20;

  private final WholeLayerRun run;
  private final int positions;

  /** Of a run that may not have been applied yet. */
  TailCheck(WholeLayerRun run) {
    this.run = run;
    long[] input = run.input().shape().toArray();
    long channels = input[1] * run.whole().layer().spec().kernel().heads();
    this.positions = (int) Math.min(input[0] * input[2], Math.max(1, MOST / channels));
  }

  /** How many positions are looked at, evenly spread over all batch rows. */
  int positions() {
    return positions;
  }

  /** What the error may be, relative to the norm of the output. */
  private static double bound(DType type) {
    return type == DType.FLOAT64 ? DOUBLE : SINGLE;
  }

  /** Row and element of the worst are its batch row and position. */
  Deviation measure() {
    double[] actual = at(run.output());
    LayerTail.Outcome exact = run.whole().tail().apply(at(run.convolved()), positions);
    boolean[] judged = new boolean[positions];
    double squares = 0;
    int count = 0;
    for (int p = 0; p < positions; p++) {
      double norm = norm(exact.values(), p);
      judged[p] = Double.isFinite(norm) && Double.isFinite(exact.growth(p));
      if (judged[p]) {
        squares += norm * norm;
        count++;
      }
    }
    double mean = count == 0 ? 0 : Math.sqrt(squares / count);
    return worst(exact, actual, judged, mean, Math.sqrt(squares));
  }

  private Deviation worst(
      LayerTail.Outcome exact, double[] actual, boolean[] judged, double mean, double whole) {
    double errors = 0;
    double fraction = 0;
    int worstAt = 0;
    boolean leaves = false;
    for (int p = 0; p < positions; p++) {
      if (!judged[p]) {
        leaves = true;
        continue;
      }
      double error = distance(exact.values(), actual, p);
      double most = bound(run.type()) * exact.growth(p) * Math.max(mean, norm(exact.values(), p));
      errors += error * error;
      // A NaN is no part of anything, and never right.
      double used = error == 0 ? 0 : Double.isNaN(error) ? Double.POSITIVE_INFINITY : error / most;
      if (used > fraction) {
        fraction = used;
        worstAt = p;
      }
    }
    int element = farthest(exact.values(), actual, worstAt);
    long place = place(worstAt);
    long length = run.output().dim(2);
    return new Deviation(
        fraction,
        errors == 0 ? 0 : Math.sqrt(errors) / whole,
        leaves,
        (int) (place / length),
        (int) (place % length),
        exact.values()[element],
        actual[element]);
  }

  /** Index among (b, l). */
  private long place(int position) {
    return EvenSpread.at(position, positions, run.input().dim(0) * run.input().dim(2) - 1);
  }

  /** All rows of a result (B,N,L) at the positions: (N,P). */
  private double[] at(Tensor result) {
    int rows = Math.toIntExact(result.dim(1));
    long length = result.dim(2);
    double[] values = new double[Math.multiplyExact(rows, positions)];
    for (int p = 0; p < positions; p++) {
      long place = place(p);
      long first = place / length * rows * length + place % length;
      for (int r = 0; r < rows; r++) {
        values[r * positions + p] = result.getFlat(first + r * length);
      }
    }
    return values;
  }

  private double norm(double[] values, int position) {
    double squares = 0;
    for (int i = position; i < values.length; i += positions) {
      squares += values[i] * values[i];
    }
    return Math.sqrt(squares);
  }

  private double distance(double[] a, double[] b, int position) {
    double squares = 0;
    for (int i = position; i < a.length; i += positions) {
      squares += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return Math.sqrt(squares);
  }

  private int farthest(double[] a, double[] b, int position) {
    int farthest = position;
    for (int i = position; i < a.length; i += positions) {
      double distance = Math.abs(a[i] - b[i]);
      if (Double.isNaN(distance)) {
        return i;
      }
      if (distance > Math.abs(a[farthest] - b[farthest])) {
        farthest = i;
      }
    }
    return farthest;
  }
}
