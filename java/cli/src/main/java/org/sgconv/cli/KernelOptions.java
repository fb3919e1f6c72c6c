package org.sgconv.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.Composition;
import org.sgconv.ConvolutionMode;
import org.sgconv.Interpolation;
import org.sgconv.InvalidArgumentException;
import org.sgconv.cli.run.CheckpointLayer;
import org.sgconv.cli.run.KernelAndSkip;
import org.sgconv.cli.run.Preset;
import org.sgconv.cli.run.WholeLayer;
import org.sgconv.cli.signal.SignalForm;
import org.sgconv.cli.signal.SignalFormat;
import org.sgconv.cli.signal.SignalReader;
import org.sgconv.kernel.KernelSpec;
import picocli.CommandLine.Option;

/** Which kernel is applied to the signal: a preset with a seed, or a checkpoint. */
final class KernelOptions {

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      description =
          "Kernel drawn from a seed: hall, standard, listops, text, retrieval, image, pathfinder,"
              + " path-x. Default: hall for sounds, otherwise standard.")
  private @Nullable String preset;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of the preset's parameters. Default: 1.")
  private @Nullable Long seed;

  @Option(
      names = "--skip",
      paramLabel = "D",
      description = "Factor of the signal that is added to the preset's convolution.")
  private @Nullable Double skip;

  @Option(
      names = "--mode",
      description = "${COMPLETION-CANDIDATES}. Default: the preset's; causal for a checkpoint.")
  private @Nullable ConvolutionMode mode;

  @Option(
      names = "--checkpoint",
      paramLabel = "FILE",
      description =
          "A layer of the published code, as .safetensors: its kernel and skip, or with --layer all"
              + " of it.")
  private @Nullable Path checkpoint;

  @Option(
      names = "--layer",
      description =
          "Apply the whole layer of the checkpoint: its convolution, GELU, norm if it has one, and"
              + " linear map with or without GLU.")
  private boolean wholeLayer;

  @Option(
      names = "--prefix",
      paramLabel = "TEXT",
      description = "What the layer's names in the checkpoint begin with.")
  private @Nullable String prefix;

  @Option(
      names = "--composition",
      description = "Of the checkpoint: ${COMPLETION-CANDIDATES}. Default: concatenate.")
  private @Nullable Composition composition;

  @Option(
      names = "--interpolation",
      description = "Of the checkpoint: ${COMPLETION-CANDIDATES}. Default: linear.")
  private @Nullable Interpolation interpolation;

  @Option(names = "--init-scale", paramLabel = "R", description = "Of the checkpoint. Default: 0.")
  private @Nullable Integer initScale;

  /** The checkpoint, if one was named. */
  @Nullable Path checkpoint() {
    return checkpoint;
  }

  /** Fails if there is no file for what is asked of it. */
  void requireSound() {
    refuseFlag(
        "only with --checkpoint FILE, which has the layer",
        "--layer",
        wholeLayer && checkpoint == null);
  }

  /** Whether the whole layer of the checkpoint is applied, and not its kernel and skip alone. */
  boolean isWholeLayer() {
    return wholeLayer;
  }

  /** Fails if any option says something of a kernel, as another one was named. */
  void refuseAll(String when) {
    refuse(when, "--preset", preset);
    refuse(when, "--seed", seed);
    refuse(when, "--skip", skip);
    refuse(when, "--mode", mode);
    refuse(when, "--checkpoint", checkpoint);
    refuseFlag(when, "--layer", wholeLayer);
    refuse(when, "--prefix", prefix);
    refuse(when, "--composition", composition);
    refuse(when, "--interpolation", interpolation);
    refuse(when, "--init-scale", initScale);
  }

  /** The layer for this signal; the caller closes it. */
  KernelAndSkip layer(SignalForm signal) throws IOException {
    return checkpoint == null ? ofPreset(signal) : ofCheckpoint(signal, checkpoint);
  }

  /** The whole layer of the checkpoint where a backend computes; the caller closes it. */
  WholeLayer wholeLayer(SignalForm signal, Backend backend) throws IOException {
    Path file = Objects.requireNonNull(checkpoint, "requireSound was not called");
    return WholeLayer.read(file, readable(file), backend, spec -> requireWidth(spec, signal, file));
  }

  private KernelAndSkip ofPreset(SignalForm signal) {
    refuse("only with --checkpoint", "--prefix", prefix);
    refuse("only with --checkpoint", "--composition", composition);
    refuse("only with --checkpoint", "--interpolation", interpolation);
    refuse("only with --checkpoint", "--init-scale", initScale);
    if (skip != null && !Float.isFinite(skip.floatValue())) {
      throw new InvalidArgumentException("--skip is " + skip + ": must be finite in float32");
    }
    Preset chosen =
        preset != null
            ? Preset.of(preset)
            : signal.sampleRate().isPresent() ? Preset.HALL : Preset.STANDARD;
    return chosen.layer(
        signal.hidden(),
        signal.length(),
        signal.sampleRate(),
        mode,
        skip,
        Objects.requireNonNullElse(seed, 1L));
  }

  private KernelAndSkip ofCheckpoint(SignalForm signal, Path file) throws IOException {
    return readable(file).read(file, spec -> requireWidth(spec, signal, file));
  }

  /** What the options say of a file that can be there and that no other option contradicts. */
  private CheckpointLayer readable(Path file) throws IOException {
    refuse("not with --checkpoint, which has its own kernel", "--preset", preset);
    refuse("not with --checkpoint, which has its own kernel", "--seed", seed);
    refuse("not with --checkpoint, which has its own skip", "--skip", skip);
    SignalReader.requireReadable(file, SignalFormat.SAFETENSORS);
    return new CheckpointLayer(
        Objects.requireNonNullElse(prefix, ""),
        Objects.requireNonNullElse(mode, ConvolutionMode.CAUSAL),
        Objects.requireNonNullElse(composition, Composition.CONCATENATE),
        Objects.requireNonNullElse(interpolation, Interpolation.LINEAR),
        Objects.requireNonNullElse(initScale, 0));
  }

  private static void requireWidth(KernelSpec spec, SignalForm signal, Path file) {
    int hidden = spec.hidden();
    if (hidden != signal.hidden()) {
      throw new InvalidArgumentException(
          String.format(
              Locale.ROOT,
              "checkpoint %s has H = %d, signal %s has H = %d: %s",
              file,
              hidden,
              signal.name(),
              signal.hidden(),
              signal.hidden() == 1
                  ? "give --hidden " + hidden
                  : "take a signal (B," + hidden + ",L)"));
    }
  }

  /** Fails if an option was given that says nothing here. */
  static void refuse(String when, String option, @Nullable Object value) {
    if (value != null) {
      throw new InvalidArgumentException(option + " " + value + ": " + when);
    }
  }

  /** Fails if an option without a value was given that says nothing here. */
  static void refuseFlag(String when, String option, boolean given) {
    if (given) {
      throw new InvalidArgumentException(option + ": " + when);
    }
  }
}
