package org.sgconv.benchmarks.check;

import org.sgconv.tensor.Tensor;

/**
 * Distance of a result from its reference. Where the reference is zero throughout, the deviation is
 * 0 if the result is too, and otherwise infinite. A value that is not finite makes it not finite.
 *
 * @param relativeL2 ‖out − ref‖ / ‖ref‖
 * @param maxOverRms max |out − ref| / rms(ref)
 */
public record Deviation(double relativeL2, double maxOverRms) {

  /** No deviation. */
  public static final Deviation NONE = new Deviation(0, 0);

  /** The larger of each measure; not a number if either is not. */
  public Deviation worst(Deviation other) {
    return new Deviation(
        Math.max(relativeL2, other.relativeL2), Math.max(maxOverRms, other.maxOverRms));
  }

  /** The deviation of all elements of a tensor from those of a tensor of the same shape. */
  public static Deviation between(Tensor actual, Tensor expected) {
    Sum sum = new Sum();
    sum.add(actual, expected);
    return sum.total();
  }

  /** Collects pairs of values that are measured together. */
  public static final class Sum {

    private double errorSquares;
    private double referenceSquares;
    private double largest;
    private long count;

    /** Adds one value and what it should be. */
    public void add(double value, double reference) {
      double error = Math.abs(value - reference);
      errorSquares += error * error;
      referenceSquares += reference * reference;
      largest = Math.max(largest, error);
      count++;
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
      if (referenceSquares == 0) {
        return errorSquares == 0
            ? NONE
            : new Deviation(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
      }
      return new Deviation(
          Math.sqrt(errorSquares / referenceSquares),
          largest / Math.sqrt(referenceSquares / count));
    }
  }
}
