package org.sgconv.cli.run;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.sgconv.InvalidArgumentException;
import org.sgconv.InvalidFileException;
import org.sgconv.cli.signal.SignalForm;
import org.sgconv.cli.signal.SignalSource;
import org.sgconv.signal.ImpulseResponse;

/**
 * An impulse response and what was done to it on the way here.
 *
 * @param name what people call it: a file name
 * @param response as it is applied
 * @param steps in words: what it was resampled and normalized by
 */
public record ResponseKernel(String name, ImpulseResponse response, List<String> steps) {

  /** The name of the response that needs no file. */
  public static final String ROOM = "room";

  /** Rate of signals and kernels that have none: then nothing depends on it. */
  public static final int NO_RATE = 1;

  /**
   * Values of a response that are in memory at a time at most, in float32: as it was read, copied,
   * resampled in float64, and as it is used.
   */
  private static final int COPIES = 6;

  /** What is to be done with a response. */
  public record Wishes(boolean resample, boolean normalize) {}

  /**
   * A response of a file.
   *
   * @param signal that it is for
   * @throws InvalidArgumentException if rates differ without a wish to resample, or only one of the
   *     two has one, or the response does not fit the Java heap
   * @throws InvalidFileException if it has more channels than a response has, or cannot be read
   */
  public static ResponseKernel read(
      Path file, SignalSource source, SignalForm signal, Wishes wishes) {
    SignalForm form = source.form();
    int rate = requireRates(form, signal, wishes);
    requireChannels(file, form, source.rowCount());
    requireHeap(form, source.rowCount(), rate, signal.sampleRate());
    float[][] channels = new float[source.rowCount()][(int) form.length()];
    source.read(0, (int) form.length(), channels);
    ImpulseResponse given = ImpulseResponse.of(rate, channels);
    return adapted(form.name(), given, signal.sampleRate().orElse(NO_RATE), wishes);
  }

  /** The response that needs no file, at the signal's rate. */
  public static ResponseKernel room(SignalForm signal, Wishes wishes) {
    if (signal.sampleRate().isEmpty()) {
      throw new InvalidArgumentException(
          "--kernel room is made at the signal's sample rate, which signal "
              + signal.name()
              + " has not: give --raw-rate");
    }
    int rate = signal.sampleRate().getAsInt();
    return adapted(ROOM, ImpulseResponse.of(rate, RoomResponse.at(rate)), rate, wishes);
  }

  private static ResponseKernel adapted(
      String name, ImpulseResponse given, int rate, Wishes wishes) {
    List<String> steps = new ArrayList<>();
    ImpulseResponse response = given;
    if (wishes.normalize()) {
      double scale = given.normalizationScale();
      response = response.normalized();
      steps.add(
          String.format(
              Locale.ROOT, "normalized by %.4g (%.1f dB)", scale, 20 * Math.log10(scale)));
    }
    if (rate != given.sampleRate()) {
      response = response.resampled(rate);
      steps.add(
          String.format(
              Locale.ROOT,
              "resampled from %d to %d Hz (windowed sinc, -140 dB, passes 95%% of the lower band)",
              given.sampleRate(),
              rate));
    }
    return new ResponseKernel(name, response, List.copyOf(steps));
  }

  private static int requireRates(SignalForm kernel, SignalForm signal, Wishes wishes) {
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
    if (kernelRate.isEmpty() && (wishes.normalize() || wishes.resample())) {
      throw new InvalidArgumentException(
          (wishes.normalize() ? "--normalize" : "--resample")
              + " needs sample rates, which "
              + signal.name()
              + " and "
              + kernel.name()
              + " have not: give --raw-rate");
    }
    if (!kernelRate.equals(signalRate) && !wishes.resample()) {
      throw new InvalidArgumentException(
          String.format(
              Locale.ROOT,
              "kernel %s has %d Hz, signal %s has %d Hz: add --resample to bring the kernel to the"
                  + " signal's rate",
              kernel.name(),
              kernelRate.orElseThrow(),
              signal.name(),
              signalRate.orElseThrow()));
    }
    return kernelRate.orElse(NO_RATE);
  }

  private static void requireChannels(Path file, SignalForm form, int channels) {
    if (channels != 1 && channels != 2 && channels != 4) {
      throw new InvalidFileException(
          file,
          channels
              + " channels, "
              + form.shapeText()
              + ": a response has 1 (mono), 2 (stereo) or 4 (true stereo: LL, LR, RL, RR)");
    }
  }

  private static void requireHeap(SignalForm form, int channels, int rate, OptionalInt signalRate) {
    double longer = Math.max(1, signalRate.orElse(rate) / (double) rate);
    double bytes = longer * COPIES * Float.BYTES * channels * form.length();
    long heap = Runtime.getRuntime().maxMemory();
    if (bytes > heap || longer * form.length() > 1 << 30) {
      throw new InvalidArgumentException(
          String.format(
              Locale.ROOT,
              "kernel %s of %d samples in %d channels does not fit: it takes about %.0f bytes of the"
                  + " Java heap, which has %d, and may have 2^30 samples: take a shorter one, or"
                  + " set JAVA_TOOL_OPTIONS=-Xmx...",
              form.name(),
              form.length(),
              channels,
              bytes,
              heap));
    }
  }

  /** What it is, in words. */
  public String describe() {
    String kind =
        switch (response.channelCount()) {
          case 1 -> "mono";
          case 2 -> "stereo";
          default -> "true stereo (LL, LR, RL, RR)";
        };
    StringBuilder text = new StringBuilder(name).append(": ").append(kind);
    steps.forEach(step -> text.append(", ").append(step));
    return text.toString();
  }
}
