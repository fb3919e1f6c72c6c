package org.sgconv.cli.run;

import java.util.Locale;
import org.sgconv.InvalidArgumentException;
import org.sgconv.cli.signal.SignalForm;
import org.sgconv.cli.signal.SignalSource;
import org.sgconv.signal.Resampler;

/**
 * What is looked for in a signal, at its rate.
 *
 * @param rows templates of one length
 * @param step what was done to them, in words; empty for nothing
 */
@SuppressWarnings("ArrayRecordComponent") // A carrier, never compared.
public record Templates(float[][] rows, String step) {

  /**
   * The rows of a file.
   *
   * @param resample whether rates that differ are to be brought together
   * @throws InvalidArgumentException if rates do not fit, the templates are longer than the signal
   *     or do not fit the Java heap
   */
  public static Templates read(SignalSource source, SignalForm signal, boolean resample) {
    SignalForm form = source.form();
    int rate = WholeRows.requireRates("template", form, signal, resample);
    int signalRate = signal.sampleRate().orElse(WholeRows.NO_RATE);
    Resampler resampler = Resampler.of(rate, signalRate);
    double seconds = form.length() / (double) rate;
    if (seconds * signalRate > signal.length()) {
      throw new InvalidArgumentException(
          String.format(
              Locale.ROOT,
              "template %s of %d samples is longer than signal %s of %d: swap the two, or take a"
                  + " shorter template",
              form.name(),
              form.length(),
              signal.name(),
              signal.length()));
    }
    float[][] rows = WholeRows.read("template", source, signalRate);
    if (rate == signalRate) {
      return new Templates(rows, "");
    }
    for (int r = 0; r < rows.length; r++) {
      rows[r] = resampler.apply(rows[r]);
    }
    return new Templates(rows, ", " + WholeRows.resampled(rate, signalRate));
  }
}
