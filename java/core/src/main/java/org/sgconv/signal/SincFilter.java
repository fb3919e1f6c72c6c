package org.sgconv.signal;

/**
 * The low-pass filter of a {@link Resampler}: a sinc under a Kaiser window, in float64, evaluated
 * where it is needed. Its stop band begins at half of the lower rate, so nothing folds back.
 *
 * <p>Length and shape follow from attenuation and transition by Kaiser's formulas (A. V. Oppenheim,
 * R. W. Schafer, Discrete-Time Signal Processing, section "Properties of the Kaiser window").
 */
final class SincFilter {

  /** In the stop band; the ripple of the pass band is 10^(−140/20) = 1e-7 as well. */
  static final double ATTENUATION_DECIBELS = 140;

  /** Part of the band below half of the lower rate that passes; the rest is the transition. */
  static final double PASS_BAND = 0.95;

  private static final double BETA = 0.1102 * (ATTENUATION_DECIBELS - 8.7);
  private static final double PEAK = bessel(BETA);

  /** Kaiser's length falls 3.4 dB short of the attenuation right at the edges of the bands. */
  private static final double MARGIN = 1.04;

  /** Half of the length, in samples of the lower rate: 191.3 of them. */
  private static final double HALF_LENGTH =
      MARGIN * (ATTENUATION_DECIBELS - 7.95) / (2.285 * Math.PI * (1 - PASS_BAND)) / 2;

  /** Samples of the signal from the middle of the filter to its end. */
  private final double reach;

  /** Cutoff in cycles per sample of the signal, twice: the height of the sinc. */
  private final double height;

  /**
   * A filter for a signal.
   *
   * @param lower the lower rate of both, as a part of the signal's own: at most 1
   */
  SincFilter(double lower) {
    this.reach = HALF_LENGTH / lower;
    this.height = lower * (1 + PASS_BAND) / 2;
  }

  /** Samples on either side of a place that have a part in the value there. */
  int reach() {
    return (int) Math.ceil(reach);
  }

  /** The filter's value at {@code distance} samples of the signal from its middle. */
  double at(double distance) {
    double place = distance / reach;
    double inside = 1 - place * place;
    if (inside <= 0) {
      return 0;
    }
    double angle = Math.PI * height * distance;
    double sinc = Math.abs(angle) < 1e-9 ? 1 : Math.sin(angle) / angle;
    return height * sinc * bessel(BETA * Math.sqrt(inside)) / PEAK;
  }

  /** The modified Bessel function of order 0, by its power series: all terms are positive. */
  private static double bessel(double x) {
    double quarter = x * x / 4;
    double term = 1;
    double sum = 1;
    for (int k = 1; term > sum * 0x1p-55; k++) {
      term *= quarter / ((double) k * k);
      sum += term;
    }
    return sum;
  }
}
