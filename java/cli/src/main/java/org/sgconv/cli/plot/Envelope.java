package org.sgconv.cli.plot;

/**
 * Reduces a signal, which may come piece by piece, to what a plot can show without losing peaks:
 * lowest and highest value of each of a number of stretches of equal length, in the order in which
 * they come, so that a line through them covers what the whole signal covers. Of a short signal
 * every value.
 */
public final class Envelope {

  private final long length;
  private final int columns;
  private final boolean whole;
  private final double[] x;
  private final double[] y;
  private long position;
  private int points;

  /** Of the stretch that is under way. */
  private long lowestAt;

  private long highestAt;
  private double lowest;
  private double highest;
  private int column = -1;

  /**
   * An envelope of nothing yet.
   *
   * @param length of the whole signal
   * @param columns most stretches
   */
  public Envelope(long length, int columns) {
    this.length = length;
    this.columns = columns;
    this.whole = length <= 2L * columns;
    int most = whole ? (int) length : 2 * columns;
    x = new double[most];
    y = new double[most];
  }

  /**
   * The line of a signal that is there.
   *
   * @param step distance of two samples on the x axis
   */
  static Curve ofSignal(float[] signal, int columns, double step) {
    Envelope envelope = new Envelope(signal.length, columns);
    envelope.add(signal, signal.length);
    return envelope.curve(step);
  }

  /** Takes the next values: the first {@code count} of an array. */
  public void add(float[] values, int count) {
    for (int i = 0; i < count; i++, position++) {
      if (whole) {
        point(position, values[i]);
        continue;
      }
      if (column < 0 || position == start(column + 1)) {
        close();
        column++;
        lowestAt = highestAt = position;
        lowest = highest = values[i];
      }
      if (values[i] < lowest) {
        lowest = values[i];
        lowestAt = position;
      }
      if (values[i] > highest) {
        highest = values[i];
        highestAt = position;
      }
    }
  }

  private long start(int of) {
    return of * length / columns; // up to 2^50 values
  }

  private void close() {
    if (column < 0) {
      return;
    }
    boolean falls = highestAt < lowestAt;
    point(falls ? highestAt : lowestAt, falls ? highest : lowest);
    point(falls ? lowestAt : highestAt, falls ? lowest : highest);
  }

  private void point(long at, double value) {
    x[points] = at;
    y[points++] = value;
  }

  /**
   * The line; once, when every value has come.
   *
   * @param step distance of two samples on the x axis
   */
  public Curve curve(double step) {
    if (position != length) {
      throw new IllegalStateException(position + " of " + length + " values have come");
    }
    if (!whole) {
      close();
      column = -1;
    }
    for (int i = 0; i < x.length; i++) {
      x[i] *= step;
    }
    return new Curve(x, y);
  }
}
