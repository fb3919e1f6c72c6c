package org.sgconv.cli.run;

import java.util.Locale;
import java.util.OptionalInt;
import org.sgconv.InvalidArgumentException;
import org.sgconv.cli.signal.SignalForm;
import org.sgconv.cli.signal.SignalSource;

/** Kernels and templates, which are read as a whole, and their sample rates beside the signal's. */
final class WholeRows {

  /** Rate of signals and kernels that have none: then nothing depends on it. */
  static final int NO_RATE = 1;

  /**
   * Values that are in memory at a time at most, in float32: as they were read, copied, resampled
   * in float64, and as they are used.
   */
  private static final int COPIES = 6;

  private WholeRows() {}

  /**
   * All rows.
   *
   * @param what they are, for messages
   * @param rate samples per second that they will have
   * @throws InvalidArgumentException if the Java heap does not hold them; nothing was read
   */
  static float[][] read(String what, SignalSource source, int rate) {
    SignalForm form = source.form();
    int count = source.rowCount();
    requireRoom(
        what,
        form.name(),
        form.length(),
        count,
        Math.max(1, rate / (double) form.sampleRate().orElse(rate)));
    float[][] rows = new float[count][(int) form.length()];
    source.read(0, (int) form.length(), rows);
    return rows;
  }

  /**
   * Returns normally only if the Java heap holds so many rows of so many samples.
   *
   * @param what they are, for messages
   * @param longer by which factor they will become longer
   */
  static void requireRoom(String what, String name, long length, int count, double longer) {
    double bytes = longer * COPIES * Float.BYTES * count * length;
    long heap = Runtime.getRuntime().maxMemory();
    if (bytes > heap || longer * length > 1 << 30) {
      throw new InvalidArgumentException(
          String.format(
              Locale.ROOT,
              "%s %s of %d samples in %s does not fit: it takes about %.0f bytes of the Java heap,"
                  + " which has %d, and may have 2^30 samples: take a shorter one, or set"
                  + " JAVA_TOOL_OPTIONS=-Xmx...",
              what,
              name,
              length,
              count == 1 ? "1 row" : count + " rows",
              bytes,
              heap));
    }
  }

  /**
   * The rate of a kernel, or {@link #NO_RATE} if neither it nor the signal has one.
   *
   * @param what the kernel is, for messages
   * @throws InvalidArgumentException if only one of the two has a rate, or they differ and are to
   *     stay so
   */
  static int requireRates(String what, SignalForm kernel, SignalForm signal, boolean resample) {
    OptionalInt kernelRate = kernel.sampleRate();
    OptionalInt signalRate = signal.sampleRate();
    if (kernelRate.isPresent() != signalRate.isPresent()) {
      SignalForm without = kernelRate.isPresent() ? signal : kernel;
      SignalForm with = kernelRate.isPresent() ? kernel : signal;
      throw new InvalidArgumentException(
          String.format(
              Locale.ROOT,
              "%s states no sample rate, %s has %d Hz: give --raw-rate",
              without.name(),
              with.name(),
              with.sampleRate().getAsInt()));
    }
    if (kernelRate.isEmpty() && resample) {
      throw new InvalidArgumentException(
          "--resample needs sample rates, which "
              + signal.name()
              + " and "
              + kernel.name()
              + " have not: give --raw-rate");
    }
    if (!kernelRate.equals(signalRate) && !resample) {
      throw new InvalidArgumentException(
          String.format(
              Locale.ROOT,
              "%s %s has %d Hz, signal %s has %d Hz: add --resample to bring the %s to the signal's"
                  + " rate",
              what,
              kernel.name(),
              kernelRate.orElseThrow(),
              signal.name(),
              signalRate.orElseThrow(),
              what));
    }
    return kernelRate.orElse(NO_RATE);
  }

  /** How rows were resampled, in words. */
  static String resampled(int from, int to) {
    return String.format(
        Locale.ROOT,
        "resampled from %d to %d Hz (windowed sinc, -140 dB, passes 95%% of the lower band)",
        from,
        to);
  }
}
