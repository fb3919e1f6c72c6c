package org.sgconv.oracle;

import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.sgconv.InvalidArgumentException;

/**
 * Exact values of a tensor in float64, row by row, each row with the bound of its error.
 *
 * @since 0.1.0
 */
public final class ExactResult {

  private final Row[] rows;
  private final int rowLength;

  private ExactResult(Row[] rows, int rowLength) {
    this.rows = rows;
    this.rowLength = rowLength;
  }

  /** A row and its bound. */
  @SuppressWarnings("ArrayRecordComponent") // a plain carrier, never compared
  record Row(double[] values, ErrorBound bound) {}

  static ExactResult of(int count, int rowLength, IntFunction<Row> row) {
    return new ExactResult(
        IntStream.range(0, count).parallel().mapToObj(row).toArray(Row[]::new), rowLength);
  }

  /**
   * Exact values of anything that is computed without larger values in between, such as a kernel or
   * a sum of terms that do not cancel: an error is relative to the norm of its row.
   *
   * @param values row after row
   * @param rowLength elements that are judged together
   * @throws InvalidArgumentException if the values are not whole rows
   */
  public static ExactResult of(double[] values, int rowLength) {
    if (rowLength < 1 || values.length % rowLength != 0) {
      throw new InvalidArgumentException(
          values.length + " values are no whole rows of " + rowLength);
    }
    return of(
        values.length / rowLength,
        rowLength,
        r -> {
          double[] row = part(values, r, rowLength);
          return new Row(row, ErrorBound.ofSums(row));
        });
  }

  /**
   * Exact values that are sums of terms which may cancel, as those of a linear map: an error is
   * relative to what the map makes of absolute values.
   *
   * @param values row after row
   * @param terms for each value the sum of the magnitudes that it is made of
   * @param rowLength elements that are judged together
   * @throws InvalidArgumentException if there are not as many of both, or they are not whole rows
   */
  public static ExactResult of(double[] values, double[] terms, int rowLength) {
    if (terms.length != values.length || rowLength < 1 || values.length % rowLength != 0) {
      throw new InvalidArgumentException(
          String.format(
              Locale.ROOT,
              "%d values and %d sums of magnitudes in rows of %d: expected as many of both, in whole rows",
              values.length,
              terms.length,
              rowLength));
    }
    return of(
        values.length / rowLength,
        rowLength,
        r -> new Row(part(values, r, rowLength), ErrorBound.ofSums(part(terms, r, rowLength))));
  }

  private static double[] part(double[] values, int row, int length) {
    double[] part = new double[length];
    System.arraycopy(values, row * length, part, 0, length);
    return part;
  }

  /** How many rows there are. */
  public int rowCount() {
    return rows.length;
  }

  /** Elements of a row. */
  public int rowLength() {
    return rowLength;
  }

  /** Exact values of a row. */
  public double[] values(int row) {
    return rows[row].values.clone();
  }

  /** How far a row may be from its exact values. */
  public ErrorBound bound(int row) {
    return rows[row].bound;
  }

  /** All rows, one after another. */
  public double[] toArray() {
    double[] all = new double[Math.multiplyExact(rows.length, rowLength)];
    for (int r = 0; r < rows.length; r++) {
      System.arraycopy(rows[r].values, 0, all, r * rowLength, rowLength);
    }
    return all;
  }

  Row row(int index) {
    return rows[index];
  }
}
