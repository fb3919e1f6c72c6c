package org.sgconv.benchmarks.cli;

import org.jspecify.annotations.Nullable;
import org.sgconv.ConvolutionMode;
import org.sgconv.InvalidArgumentException;
import org.sgconv.benchmarks.run.Layer;
import org.sgconv.benchmarks.run.Preset;
import org.sgconv.benchmarks.signal.Signal;
import picocli.CommandLine.Option;

/** Which kernel is applied to the signal. */
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
      description = "Seed of the preset's parameters. Default: ${DEFAULT-VALUE}.")
  private long seed = 1;

  @Option(
      names = "--mode",
      description = "${COMPLETION-CANDIDATES}. Default: the preset's, causal for a checkpoint.")
  private @Nullable ConvolutionMode mode;

  @Option(
      names = "--skip",
      paramLabel = "D",
      description = "Factor of the signal that is added to the convolution, for every row.")
  private @Nullable Double skip;

  /** The layer for this signal; the caller closes it. */
  Layer layer(Signal signal) {
    if (skip != null && !Double.isFinite(skip)) {
      throw new InvalidArgumentException("--skip is " + skip + ": must be finite");
    }
    Preset chosen =
        preset != null
            ? Preset.of(preset)
            : signal.sampleRate().isPresent() ? Preset.HALL : Preset.STANDARD;
    return chosen.layer(signal.hidden(), signal.length(), signal.sampleRate(), mode, skip, seed);
  }
}
