package org.sgconv.cli.plot;

/** Reduces long signals to what a plot can show, without losing peaks. */
public final class Envelope {

  private Envelope() {}

  /**
   * Lowest and highest value of each of at most {@code columns} stretches of equal length, one
   * after the other, so that a line through them covers what the whole signal covers.
   *
   * @param step distance of two samples on the x axis
   */
  public static Curve ofSignal(float[] signal, int columns, double step) {
    if (signal.length <= 2 * columns) {
      double[] x = new double[signal.length];
      double[] y = new double[signal.length];
      for (int i = 0; i < signal.length; i++) {
        x[i] = i * step;
        y[i] = signal[i];
      }
      return new Curve(x, y);
    }
    double[] x = new double[2 * columns];
    double[] y = new double[2 * columns];
    for (int c = 0; c < columns; c++) {
      int from = start(c, columns, signal.length);
      int to = start(c + 1, columns, signal.length);
      int lowest = from;
      int highest = from;
      for (int i = from; i < to; i++) {
        lowest = signal[i] < signal[lowest] ? i : lowest;
        highest = signal[i] > signal[highest] ? i : highest;
      }
      int first = Math.min(lowest, highest);
      int second = Math.max(lowest, highest);
      x[2 * c] = first * step;
      y[2 * c] = signal[first];
      x[2 * c + 1] = second * step;
      y[2 * c + 1] = signal[second];
    }
    return new Curve(x, y);
  }

  private static int start(int column, int columns, int length) {
    return (int) ((long) column * length / columns);
  }
}
