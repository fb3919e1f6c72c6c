package org.sgconv.cli.run;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
    int rate = WholeRows.requireRates("kernel", form, signal, wishes.resample());
    if (form.sampleRate().isEmpty() && wishes.normalize()) {
      throw new InvalidArgumentException(
          "--normalize needs a sample rate, which "
              + signal.name()
              + " and "
              + form.name()
              + " have not: give --raw-rate");
    }
    requireChannels(file, form, source.rowCount());
    int signalRate = signal.sampleRate().orElse(WholeRows.NO_RATE);
    ImpulseResponse given = ImpulseResponse.of(rate, WholeRows.read("kernel", source, signalRate));
    return adapted(form.name(), given, signalRate, wishes);
  }

  /**
   * The response that needs no file, at the signal's rate.
   *
   * @throws InvalidArgumentException if the signal has none, or one so high that the response does
   *     not fit the Java heap
   */
  public static ResponseKernel room(SignalForm signal, Wishes wishes) {
    if (signal.sampleRate().isEmpty()) {
      throw new InvalidArgumentException(
          "--kernel room is made at the signal's sample rate, which signal "
              + signal.name()
              + " has not: give --raw-rate");
    }
    int rate = signal.sampleRate().getAsInt();
    WholeRows.requireRoom("kernel", ROOM + " at " + rate + " Hz", RoomResponse.length(rate), 2, 1);
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
      steps.add(WholeRows.resampled(given.sampleRate(), rate));
    }
    return new ResponseKernel(name, response, List.copyOf(steps));
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
