package org.sgconv.oracle;

import java.util.Locale;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * How far results of an element type may be from exact ones: {@link ErrorBound} for float32, 2⁻²⁹
 * of it for float64, as much as float64 is finer. Results of 16 bits are computed in float32 and
 * rounded once, which adds half a spacing to what an element may be off by and 2.5e-3 (bfloat16) or
 * 4e-4 (float16) of the row's norm to the norm. What is not a number never passes, unless it is
 * range that is left ({@link Deviation#leavesRange}).
 *
 * @param type of the results
 * @param factor how many times the bound may be taken
 * @since 0.1.0
 */
public record Tolerance(DType type, double factor) {

  /** Float64 against float32: its significands have 29 bits more. */
  private static final double FLOAT64_UNIT = 0x1p-29;

  /** Refuses a factor that is not positive and finite. */
  public Tolerance {
    if (!(factor > 0) || Double.isInfinite(factor)) {
      throw new InvalidArgumentException("factor is " + factor + ", must be finite and > 0");
    }
  }

  /** The bound itself. */
  public static Tolerance of(DType type) {
    return new Tolerance(type, 1);
  }

  /** This many times the bound, as for an arithmetic that is known to be coarser. */
  public Tolerance times(double more) {
    return new Tolerance(type, factor * more);
  }

  /**
   * Judges each row by itself.
   *
   * @param actual in the host's memory, with the elements of {@code exact} in their order
   * @throws ShapeMismatchException if it has another number of elements
   */
  public Deviation measure(ExactResult exact, Tensor actual) {
    return measure(exact, actual.toDoubleArray());
  }

  /** As {@link #measure(ExactResult, Tensor)}, for values in an array. */
  public Deviation measure(ExactResult exact, double[] actual) {
    int length = exact.rowLength();
    if (actual.length != (long) exact.rowCount() * length) {
      throw new ShapeMismatchException(
          String.format(
              Locale.ROOT, "%d values for %d rows of %d", actual.length, exact.rowCount(), length));
    }
    Deviation worst = Deviation.NONE;
    for (int r = 0; r < exact.rowCount(); r++) {
      ExactResult.Row row = exact.row(r);
      worst = worst.worst(row(row.values(), row.bound(), actual, r * length).inRow(r));
    }
    return worst;
  }

  /**
   * Judges one row.
   *
   * @param values exact ones
   * @param bound of their errors in float32
   * @throws ShapeMismatchException if there are not as many actual values as exact ones
   */
  public Deviation measure(double[] values, ErrorBound bound, double[] actual) {
    if (actual.length != values.length) {
      throw new ShapeMismatchException(actual.length + " values for a row of " + values.length);
    }
    return row(values, bound, actual, 0);
  }

  private Deviation row(double[] values, ErrorBound bound, double[] actual, int from) {
    if (bound.isUnspecified()) {
      return new Deviation(0, 0, true, 0, 0, Double.NaN, Double.NaN);
    }
    double unit = type == DType.FLOAT64 ? FLOAT64_UNIT : 1;
    double least = bound.roundings() * smallest();
    boolean beyond = least > unit * bound.norm() && bound.norm() > 0;
    boolean mayOverflow = bound.growth() > largestComputed();
    double squares = 0;
    double valueSquares = 0;
    double roundingSquares = 0;
    double fraction = 0;
    int worstAt = 0;
    for (int i = 0; i < values.length; i++) {
      double expected = values[i];
      double error = Math.abs(actual[from + i] - expected);
      double most = factor * (unit * bound.element(i) + least + halfSpacing(expected));
      double used = error == 0 ? 0 : error / most;
      valueSquares += expected * expected;
      double rounding = StoredTypes.nearest(type, expected) - expected;
      if (!Double.isFinite(error)) {
        if (mayOverflow || Math.abs(expected) + most > largestStored()) {
          beyond = true;
          continue;
        }
        used = Double.POSITIVE_INFINITY;
      } else {
        squares += error * error;
        roundingSquares += Double.isFinite(rounding) ? rounding * rounding : 0;
      }
      if (used > fraction) {
        fraction = used;
        worstAt = i;
      }
    }
    double norm = Math.sqrt(squares);
    double rounded =
        Math.max(StoredTypes.norm(type) * Math.sqrt(valueSquares), Math.sqrt(roundingSquares));
    double most = factor * (unit * bound.norm() + least + rounded);
    fraction = Math.max(fraction, norm == 0 ? 0 : norm / most);
    double relative = norm == 0 ? 0 : norm / bound.carried();
    return new Deviation(
        fraction, relative, beyond, 0, worstAt, values[worstAt], actual[from + worstAt]);
  }

  private double halfSpacing(double value) {
    return StoredTypes.halfSpacing(type, value);
  }

  private double smallest() {
    return type == DType.FLOAT64 ? Double.MIN_VALUE : Float.MIN_VALUE;
  }

  private double largestComputed() {
    return type == DType.FLOAT64 ? Double.MAX_VALUE : Float.MAX_VALUE;
  }

  private double largestStored() {
    return type == DType.FLOAT16 ? StoredTypes.LARGEST_HALF : largestComputed();
  }
}
