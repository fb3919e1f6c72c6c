package org.sgconv.cli.plot;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/** Mean levels over bands whose width grows with their position, as a logarithmic axis wants it. */
final class OctaveBands {

  /** Level shown for silence, in dB. */
  static final double FLOOR_DECIBELS = -200;

  private OctaveBands() {}

  /**
   * Mean power in dB of each band of values 1..count−1, at its geometric middle; value 0 has no
   * place on a logarithmic axis, and stands at {@code step} only where it is all there is.
   *
   * @param power the value at an index, not negative
   * @param perOctave bands to an octave; never narrower than one value
   * @param step distance of two values on the x axis
   */
  static Curve levels(IntToDoubleFunction power, int count, int perOctave, double step) {
    if (count == 1) {
      return new Curve(new double[] {step}, new double[] {decibels(power.applyAsDouble(0))});
    }
    double[] x = new double[count];
    double[] y = new double[count];
    int bands = 0;
    int from = 1;
    while (from < count) {
      int to = Math.max(from + 1, (int) Math.ceil(from * Math.pow(2, 1.0 / perOctave)));
      to = Math.min(to, count);
      double sum = 0;
      for (int i = from; i < to; i++) {
        sum += power.applyAsDouble(i);
      }
      x[bands] = Math.sqrt((double) from * (to - 1)) * step;
      y[bands++] = decibels(sum / (to - from));
      from = to;
    }
    return new Curve(Arrays.copyOf(x, bands), Arrays.copyOf(y, bands));
  }

  private static double decibels(double power) {
    return Math.max(FLOOR_DECIBELS, 10 * Math.log10(power));
  }
}
