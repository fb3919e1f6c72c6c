package org.sgconv.cli.run;

import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sgconv.ConvolutionMode;
import org.sgconv.InvalidArgumentException;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.kernel.LongRangeArena;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Kernels with a name, drawn from a seed, as wide and as long as the signal. All but {@link #HALL}
 * draw the skip D from the normal distribution, as the published layer does.
 */
public enum Preset {
  /**
   * Sounds like a hall: about 46 ms of parameters a scale, so that the first reflections have all
   * frequencies and later ones ever fewer; the level falls by 6 dB each time the lag doubles. D =
   * 1: the dry signal stays as loud.
   */
  HALL(null),
  /** The published layer's defaults: 64 parameters a scale, multiplier 2, causal. */
  STANDARD(null),
  /** Kernel of the Long Range Arena model of the same name, as are the next. */
  LISTOPS(LongRangeArena.LISTOPS),
  TEXT(LongRangeArena.TEXT),
  RETRIEVAL(LongRangeArena.RETRIEVAL),
  IMAGE(LongRangeArena.IMAGE),
  PATHFINDER(LongRangeArena.PATHFINDER),
  PATH_X(LongRangeArena.PATH_X);

  private static final double HALL_SCALE_SECONDS = 0.0464;
  private static final int HALL_DIM_WITHOUT_RATE = 1024;

  @SuppressWarnings("ImmutableEnumChecker") // An enum of ours whose spec is immutable.
  private final @Nullable LongRangeArena model;

  Preset(@Nullable LongRangeArena model) {
    this.model = model;
  }

  /** The name that people type. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The preset of that label.
   *
   * @throws InvalidArgumentException if there is none; the message lists the labels
   */
  public static Preset of(String label) {
    for (Preset preset : values()) {
      if (preset.label().equals(label)) {
        return preset;
      }
    }
    throw new InvalidArgumentException("unknown preset '" + label + "'; known: " + labels());
  }

  /** All labels, for messages. */
  public static String labels() {
    return Arrays.stream(values()).map(Preset::label).collect(Collectors.joining(", "));
  }

  /**
   * A new layer for signals (B,hidden,length).
   *
   * @param sampleRate of the signal, if it has one
   * @param mode instead of the preset's own, or null
   * @param skip every element of D instead of the preset's own, or null
   * @throws InvalidArgumentException if the signal is too short for the preset's scales
   */
  public KernelAndSkip layer(
      int hidden,
      long length,
      OptionalInt sampleRate,
      @Nullable ConvolutionMode mode,
      @Nullable Double skip,
      long seed) {
    KernelSpec.Builder builder =
        model == null
            ? KernelSpec.builder().kernelDim(dim(length, sampleRate))
            : Specs.shapeOf(model.spec());
    if (mode != null) {
      builder.mode(mode);
    }
    KernelSpec spec = builder.hidden(hidden).maxLength(length).build();
    SplittableRandom random = new SplittableRandom(seed);
    KernelParameters parameters = KernelParameters.random(spec, DType.FLOAT32, random.nextLong());
    Tensor weights = Tensor.zeros(DType.FLOAT32, spec.heads(), hidden);
    Double constant = skip == null && this == HALL ? Double.valueOf(1) : skip;
    for (long i = 0; i < weights.elementCount(); i++) {
      weights.setFlat(i, constant == null ? random.nextGaussian() : constant);
    }
    return new KernelAndSkip(label(), parameters, weights);
  }

  private int dim(long length, OptionalInt sampleRate) {
    int dim = 64;
    if (this == HALL) {
      dim = sampleRate.isPresent() ? hallDim(sampleRate.getAsInt()) : HALL_DIM_WITHOUT_RATE;
    }
    return (int) Math.min(dim, length);
  }

  /** The power of two nearest to the samples of a scale: 1024 at 22.05 kHz, 2048 at 48 kHz. */
  private static int hallDim(int sampleRate) {
    double samples = Math.max(1, sampleRate * HALL_SCALE_SECONDS);
    return 1 << (int) Math.round(Math.log(samples) / Math.log(2));
  }
}
