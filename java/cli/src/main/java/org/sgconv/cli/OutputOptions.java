package org.sgconv.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidArgumentException;
import org.sgconv.InvalidFileException;
import org.sgconv.cli.audio.Frames;
import org.sgconv.cli.audio.WavWriter;
import org.sgconv.cli.plot.Charts;
import org.sgconv.cli.plot.FontsMissingException;
import org.sgconv.cli.report.OutputFile;
import org.sgconv.cli.signal.SignalForm;
import org.sgconv.cli.signal.SignalWriter;
import org.sgconv.io.AtomicFile;
import org.sgconv.tensor.Tensor;
import org.sgconv.text.PrintableText;
import picocli.CommandLine.Option;

/** Where results go. Files are complete or absent, and never replace an input. */
final class OutputOptions {

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description =
          "Write the result: .wav (the output's rows as channels) or .safetensors (output, kernel"
              + " and, without --kernel, gradients). Pipes and devices are written into, - is standard output.")
  private @Nullable Path output;

  @Option(
      names = "--format",
      description =
          "What FILE is where its name does not say it, and samples of a WAV output:"
              + " ${COMPLETION-CANDIDATES}. pcm16 is scaled down where it would clip. Default:"
              + " float32 for .wav.")
  private @Nullable OutputFormat format;

  @Option(
      names = "--plot",
      paramLabel = "FILE",
      description = "Draw input, kernel, spectrum and output of the first row as a .png.")
  private @Nullable Path plot;

  /** Why a plot that nobody asked for is left out. */
  private @Nullable String note;

  /** Results of a run on the shipped recording go here if the user named no place. */
  static OutputOptions in(Path folder, String name) {
    OutputOptions options = new OutputOptions();
    options.output = folder.resolve(name + ".wav");
    options.format = OutputFormat.PCM16;
    try {
      Charts.requireFonts();
      options.plot = folder.resolve(name + ".png");
    } catch (FontsMissingException missing) {
      options.note = missing.getMessage();
    }
    return options;
  }

  /** Whether the user named any file. */
  boolean isEmpty() {
    return output == null && plot == null;
  }

  /** Whether a result goes to standard output, which is then no place for a report. */
  boolean takeStandardOutput() {
    return (output != null && OutputFile.isStandardOutput(OutputPlace.of(output)))
        || (plot != null && OutputFile.isStandardOutput(OutputPlace.of(plot)));
  }

  /**
   * Fails before any work is done if a file could not be written in the end.
   *
   * @param inputs files that are read, null where there is none
   */
  void requireWritable(@Nullable Path... inputs) throws IOException {
    if (format != null && output == null) {
      throw new InvalidArgumentException("--format says what is written: add -o FILE");
    }
    if (output != null) {
      OutputFormat.of(OutputPlace.of(output), format);
      OutputPlace.requireWritable(OutputPlace.of(output), inputs);
    }
    if (plot != null) {
      requirePlot(plot, output, inputs);
    }
  }

  /**
   * Fails if a plot could not be written in the end.
   *
   * @param output that is written as well, or null
   * @param inputs files that are read, null where there is none
   */
  static void requirePlot(Path plot, @Nullable Path output, @Nullable Path... inputs) {
    requireEnding(plot, ".png", "plots are PNG images");
    OutputPlace.requireWritable(OutputPlace.of(plot), inputs);
    if (output != null && OutputPlace.areOne(OutputPlace.of(plot), OutputPlace.of(output))) {
      throw new InvalidFileException(
          plot, "is named for both the result and the plot: name another file for one of them");
    }
    Charts.requireFonts();
  }

  /** Fails if a file, unless it is a pipe or a device, has a name that does not say what it is. */
  static void requireEnding(Path file, String ending, String what) {
    if (!file.toString().toLowerCase(Locale.ROOT).endsWith(ending)
        && !OutputFile.isStandardOutput(OutputPlace.of(file))
        && !AtomicFile.isWrittenInto(OutputPlace.of(file))) {
      throw new InvalidFileException(file, what + ": name a file that ends in " + ending);
    }
  }

  /** Fails if the signal's result has no place in the kind of file that was named. */
  void requireFits(SignalForm signal) {
    if (output != null
        && OutputFormat.of(OutputPlace.of(output), format).samples().isPresent()
        && signal.sampleRate().isEmpty()) {
      throw new InvalidArgumentException(
          output
              + ": a WAV file needs a sample rate, which signal "
              + signal.name()
              + " has not: give --raw-rate or name a .safetensors file");
    }
  }

  /** Fails if so much has no place in the kind of file that was named. */
  void requireRoom(int channels, long frames) {
    if (output == null) {
      return;
    }
    Optional<String> misfit =
        OutputFormat.of(OutputPlace.of(output), format)
            .samples()
            .flatMap(samples -> WavWriter.misfit(channels, frames, samples));
    if (misfit.isPresent()) {
      throw new InvalidFileException(output, misfit.get());
    }
  }

  /** Writes what was asked for and says so, a line a file. */
  List<String> write(RunResult result) throws IOException {
    List<String> lines = new ArrayList<>();
    if (output != null) {
      lines.add(writeOutput(OutputPlace.of(output), result));
    }
    if (plot != null) {
      result.plot(OutputPlace.of(plot));
      lines.add("wrote " + shown(plot));
    }
    if (note != null) {
      lines.add(note);
    }
    return lines;
  }

  private String writeOutput(Path file, RunResult result) throws IOException {
    Optional<WavWriter.Format> samples = OutputFormat.of(file, format).samples();
    if (samples.isEmpty()) {
      Map<String, Tensor> tensors = result.tensors();
      SignalWriter.writeTensors(file, tensors, result.metadata());
      return "wrote " + shown(file) + ": " + String.join(", ", tensors.keySet());
    }
    Frames sound = result.sound();
    SignalWriter.writeWav(file, sound, samples.get());
    return "wrote " + shown(file) + ": " + describe(sound, samples.get());
  }

  private static String shown(Path file) {
    return PrintableText.escape(file.toString());
  }

  private static String describe(Frames sound, WavWriter.Format format) {
    float gain = WavWriter.gain(sound, format);
    String kind = format == WavWriter.Format.PCM16 ? "16-bit" : "float32";
    if (gain < 1) {
      return String.format(
          Locale.ROOT,
          "%s, gain %.4f (%.1f dB) so that the peak of %.3f does not clip",
          kind,
          gain,
          20 * Math.log10(gain),
          sound.peak());
    }
    String peak = String.format(Locale.ROOT, "%.3f", sound.peak());
    return format == WavWriter.Format.FLOAT32 && sound.peak() > 1
        ? kind + ", peak " + peak + ": players may clip it, --format pcm16 scales it"
        : kind + ", gain 1, peak " + peak;
  }
}
