package org.sgconv.signal;

import java.util.Arrays;
import org.sgconv.InvalidArgumentException;
import org.sgconv.tensor.Tensor;

/** Templates of norm 1 and, unless it is kept, mean 0, in float64. */
final class UnitTemplates {

  private final double[][] rows;

  /**
   * Of templates as they are given.
   *
   * @param templates (R,K), finite
   * @throws InvalidArgumentException if nothing of one is left
   */
  UnitTemplates(double[][] templates, Mean mean) {
    rows = new double[templates.length][];
    for (int r = 0; r < rows.length; r++) {
      rows[r] = unit(templates[r], mean);
      if (rows[r].length == 0) {
        throw new InvalidArgumentException(
            "template "
                + r
                + " of "
                + templates[r].length
                + " samples "
                + (mean == Mean.KEPT ? "is all zeros" : "is constant (" + templates[r][0] + ")")
                + ", so that its norm"
                + (mean == Mean.KEPT ? "" : " without its mean")
                + " is zero and there is nothing to correlate with: take another"
                + (mean == Mean.KEPT ? "" : ", or keep the means"));
      }
    }
  }

  /** Empty if its norm is zero. */
  private static double[] unit(double[] template, Mean mean) {
    double scale = Windows.scale(template, 0, template.length);
    double[] values = Arrays.stream(template).map(value -> value * scale).toArray();
    if (mean == Mean.REMOVED) {
      if (Windows.isConstant(template, 0, template.length)) {
        return new double[0];
      }
      // Twice: what the first mean was off by is in the second.
      for (int pass = 0; pass < 2; pass++) {
        double average = Arrays.stream(values).sum() / values.length;
        for (int i = 0; i < values.length; i++) {
          values[i] -= average;
        }
      }
    }
    double norm = Math.sqrt(Arrays.stream(values).map(value -> value * value).sum());
    if (norm == 0) {
      return new double[0];
    }
    for (int i = 0; i < values.length; i++) {
      values[i] /= norm;
    }
    return values;
  }

  int count() {
    return rows.length;
  }

  int length() {
    return rows[0].length;
  }

  double[] row(int r) {
    return rows[r];
  }

  /** The kernels (R,1,K) whose convolutions are the correlations. */
  Tensor kernels() {
    double[] reversed = new double[rows.length * rows[0].length];
    int at = 0;
    for (double[] row : rows) {
      for (int i = row.length - 1; i >= 0; i--) {
        reversed[at++] = row[i];
      }
    }
    return Tensor.of(reversed, rows.length, 1, rows[0].length);
  }
}
