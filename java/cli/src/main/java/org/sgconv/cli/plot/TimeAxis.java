package org.sgconv.cli.plot;

import java.util.OptionalInt;

/**
 * How samples become times, and cycles per sample frequencies.
 *
 * @param sampleRate samples per second; of signals without one every sample is a unit of time
 */
record TimeAxis(OptionalInt sampleRate) {

  /** Samples per unit of time. */
  double rate() {
    return sampleRate.orElse(1);
  }

  /** Distance of two samples. */
  double step() {
    return 1 / rate();
  }

  /** What an axis shows, with its unit. */
  String label(String quantity, String unit, String unitWithoutRate) {
    return quantity + " (" + (sampleRate.isEmpty() ? unitWithoutRate : unit) + ")";
  }
}
