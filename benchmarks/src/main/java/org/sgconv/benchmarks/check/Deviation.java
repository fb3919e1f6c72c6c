package org.sgconv.benchmarks.check;

import org.sgconv.tensor.Tensor;

/**
 * Distance of a result from its reference. Where the reference is zero throughout, the deviation is
 * 0 if the result is too, and otherwise infinite. A value that is not finite makes it not finite.
 *
 * @param relativeL2 ‖out − ref‖ / ‖ref‖
 * @param largest max |out − ref| / rms(ref), where a value beyond five times rms is measured by a
 *     fifth of itself: peaks of real signals and of their correlations reach a hundred times rms,
 *     and there float32 itself is no finer
 */
public record Deviation(double relativeL2, double largest) {

  /** No deviation. */
  public static final Deviation NONE = new Deviation(0, 0);

  private static final double PEAK = 5;

  /** The larger of each measure; not a number if either is not. */
  public Deviation worst(Deviation other) {
    return new Deviation(Math.max(relativeL2, other.relativeL2), Math.max(largest, other.largest));
  }

  /** The deviation of all elements of a tensor from those of a tensor of the same shape. */
  public static Deviation between(Tensor actual, Tensor expected) {
    Sum sum = new Sum(expected);
    sum.add(actual, expected);
    return sum.total();
  }

  /** Collects values that are measured together, on the scale of all that they should be. */
  public static final class Sum {

    private final double rms;
    private double errorSquares;
    private double referenceSquares;
    private double largest;

    /** For everything in these tensors, whose values will be added as references. */
    public Sum(Tensor... expected) {
      this(rmsOf(expected));
    }

    /**
     * As the other.
     *
     * @param rms of all references that will be added
     */
    Sum(double rms) {
      this.rms = rms;
    }

    private static double rmsOf(Tensor... expected) {
      double squares = 0;
      long count = 0;
      for (Tensor tensor : expected) {
        for (long i = 0; i < tensor.elementCount(); i++) {
          double value = tensor.getFlat(i);
          squares += value * value;
        }
        count += tensor.elementCount();
      }
      return Math.sqrt(squares / count);
    }

    /** Adds one value and what it should be. */
    public void add(double value, double reference) {
      double error = Math.abs(value - reference);
      errorSquares += error * error;
      referenceSquares += reference * reference;
      double scale = Math.max(rms, Math.abs(reference) / PEAK);
      largest = Math.max(largest, error == 0 ? 0 : error / scale);
    }

    /** Adds values and what they should be. */
    public void add(double[] values, double[] references) {
      if (values.length != references.length) {
        throw new IllegalArgumentException(
            values.length + " values for " + references.length + " references");
      }
      for (int i = 0; i < values.length; i++) {
        add(values[i], references[i]);
      }
    }

    /** Adds every element of a tensor and what it should be. */
    public void add(Tensor actual, Tensor expected) {
      expected.requireShape("expected", actual.shape());
      for (long i = 0; i < actual.elementCount(); i++) {
        add(actual.getFlat(i), expected.getFlat(i));
      }
    }

    /** The deviation of everything added. */
    public Deviation total() {
      double relative = errorSquares == 0 ? 0 : Math.sqrt(errorSquares / referenceSquares);
      return new Deviation(relative, largest);
    }
  }
}
