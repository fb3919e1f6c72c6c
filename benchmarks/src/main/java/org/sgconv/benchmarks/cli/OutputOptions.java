package org.sgconv.benchmarks.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sgconv.InvalidArgumentException;
import org.sgconv.InvalidFileException;
import org.sgconv.benchmarks.audio.Sound;
import org.sgconv.benchmarks.audio.WavWriter;
import org.sgconv.benchmarks.plot.ConvolutionPlot;
import org.sgconv.benchmarks.plot.FontsMissingException;
import org.sgconv.benchmarks.signal.Signal;
import org.sgconv.benchmarks.signal.SignalFormat;
import org.sgconv.benchmarks.signal.SignalWriter;
import picocli.CommandLine.Option;

/** Where results go. Files are complete or absent, and never replace an input. */
final class OutputOptions {

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description =
          "Write the result: .wav (the output's rows as channels) or .safetensors (output, kernel"
              + " and gradients).")
  private @Nullable Path output;

  @Option(
      names = "--format",
      description =
          "Samples of a WAV output: ${COMPLETION-CANDIDATES}. pcm16 is scaled down where it would"
              + " clip. Default: ${DEFAULT-VALUE}.")
  private WavWriter.Format format = WavWriter.Format.FLOAT32;

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
    options.format = WavWriter.Format.PCM16;
    try {
      ConvolutionPlot.requireFonts();
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

  /**
   * Fails before any work is done if a file could not be written in the end.
   *
   * @param inputs files that are read, null where there is none
   */
  void requireWritable(@Nullable Path... inputs) throws IOException {
    if (output != null) {
      SignalWriter.formatOf(output);
      requirePlace(output, inputs);
    }
    if (plot != null) {
      if (!plot.toString().toLowerCase(Locale.ROOT).endsWith(".png")) {
        throw new InvalidFileException(plot, "plots are PNG images: name a file that ends in .png");
      }
      requirePlace(plot, inputs);
      ConvolutionPlot.requireFonts();
    }
  }

  private static void requirePlace(Path file, @Nullable Path... inputs) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new InvalidFileException(file, "the folder does not exist: create it first");
    }
    if (Files.isDirectory(file)) {
      throw new InvalidFileException(file, "is a folder, expected the name of a file");
    }
    for (Path input : inputs) {
      if (input != null
          && Files.exists(input)
          && Files.exists(file)
          && Files.isSameFile(input, file)) {
        throw new InvalidFileException(
            file, "is an input and would be replaced: name another file");
      }
    }
  }

  /** Fails if the signal's result has no place in the kind of file that was named. */
  void requireFits(Signal signal) {
    if (output != null
        && SignalFormat.of(output) == SignalFormat.WAV
        && signal.sampleRate().isEmpty()) {
      throw new InvalidArgumentException(
          output
              + ": a WAV file needs a sample rate, which signal "
              + signal.name()
              + " has not: give --raw-rate or name a .safetensors file");
    }
  }

  /** Writes what was asked for and says so, a line a file. */
  List<String> write(RunResult result) throws IOException {
    List<String> lines = new ArrayList<>();
    if (output != null) {
      lines.add(writeOutput(output, result));
    }
    if (plot != null) {
      result.plot(plot);
      lines.add("wrote " + plot);
    }
    if (note != null) {
      lines.add(note);
    }
    return lines;
  }

  private String writeOutput(Path file, RunResult result) throws IOException {
    if (SignalFormat.of(file) == SignalFormat.SAFETENSORS) {
      SignalWriter.writeTensors(file, result.tensors(), result.metadata());
      return "wrote " + file + ": " + String.join(", ", result.tensors().keySet());
    }
    Sound sound = result.sound();
    SignalWriter.writeWav(file, sound, format);
    return "wrote " + file + ": " + describe(sound);
  }

  private String describe(Sound sound) {
    float gain = WavWriter.gain(sound, format);
    String kind = format == WavWriter.Format.PCM16 ? "16-bit" : "float32";
    if (gain < 1) {
      return "%s, gain %.4f (%.1f dB) so that the peak of %.3f does not clip"
          .formatted(kind, gain, 20 * Math.log10(gain), sound.peak());
    }
    String peak = String.format(Locale.ROOT, "%.3f", sound.peak());
    return format == WavWriter.Format.FLOAT32 && sound.peak() > 1
        ? kind + ", peak " + peak + ": players may clip it, --format pcm16 scales it"
        : kind + ", gain 1, peak " + peak;
  }
}
