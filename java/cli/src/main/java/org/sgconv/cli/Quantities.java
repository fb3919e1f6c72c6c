package org.sgconv.cli;

import java.util.Locale;
import org.sgconv.cli.signal.SignalForm;

/** Numbers as people read them; always with a decimal point. */
final class Quantities {

  private Quantities() {}

  /** Four significant digits or so: 1234, 123.4, 12.34, 1.234, 0.1234. */
  static String number(double value) {
    int digits = value >= 1000 ? 0 : value >= 100 ? 1 : value >= 10 ? 2 : value >= 1 ? 3 : 4;
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }

  /** Two significant digits and an exponent, as for errors: 1.2e-07. */
  static String error(double value) {
    return String.format(Locale.ROOT, "%.1e", value);
  }

  /** A part of a whole, in percent: 37%. */
  static String share(double value) {
    return String.format(Locale.ROOT, "%.0f%%", 100 * value);
  }

  /** A sample rate in kHz without needless zeros: 22.05 kHz. */
  static String kilohertz(int rate) {
    String text = String.format(Locale.ROOT, "%.3f", rate / 1000.0);
    return text.replaceAll("\\.?0+$", "") + " kHz";
  }

  /** One thing or several: 1 channel, 2 channels. */
  static String count(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }

  /** How long a signal is and how many rows it has, in words. */
  static String length(SignalForm signal) {
    long rows = signal.batch() * signal.hidden();
    String samples = String.format(Locale.ROOT, "%,d", signal.length()) + " samples";
    if (signal.sampleRate().isEmpty()) {
      return count(rows, "row") + " of " + samples;
    }
    int rate = signal.sampleRate().getAsInt();
    return String.format(
        Locale.ROOT,
        "%s of %.2f s, %s at %s",
        count(rows, "row"),
        signal.length() / (double) rate,
        samples,
        kilohertz(rate));
  }
}
