package org.sgconv.kernel;

import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sgconv.Composition;
import org.sgconv.ConvolutionMode;
import org.sgconv.DecayLaw;
import org.sgconv.Initialization;
import org.sgconv.Interpolation;
import org.sgconv.InvalidArgumentException;
import org.sgconv.spi.KernelGeometry;

/**
 * What a structured kernel looks like: its shape, how its scales are put together and how it decays
 * (SGConv, arXiv 2210.09298, section 4; names of the published code in brackets). Immutable.
 *
 * <p>{@link #hidden()} and one of {@link #maxLength()} and {@link #scales()} must be given; the
 * rest has the published code's defaults. It can be serialized.
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public final class KernelSpec implements Serializable {

  private static final long serialVersionUID = 1L;

  /** What is written instead; the record is not {@link Serializable}. */
  private final transient KernelGeometry geometry;

  /** Whether S follows from the maximum length, so that it changes with that. */
  private final boolean scalesFollow;

  private final ConvolutionMode mode;
  private final int heads;
  private final long maxLength;
  private final double decayMin;
  private final double decayMax;
  private final Initialization initialization;

  private KernelSpec(Builder from) {
    mode = from.mode;
    if (mode == ConvolutionMode.CENTERED) {
      throw new InvalidArgumentException(
          "mode is CENTERED: a kernel of parameters begins at lag 0, from which it decays; take"
              + " BIDIRECTIONAL for both sides, or give a centered convolution a kernel tensor");
    }
    heads = atLeastOne("heads", from.heads);
    atLeastOne("hidden", from.hidden, "give it with hidden(...)");
    atLeastOne("kernelDim", from.kernelDim);
    if (heads > Integer.MAX_VALUE / mode.directions()) {
      throw new InvalidArgumentException(
          "heads is " + heads + ": twice as many kernel channels do not fit an int");
    }
    if (from.initScale < 0) {
      throw new InvalidArgumentException("initScale is " + from.initScale + ": must be ≥ 0");
    }
    geometry =
        new KernelGeometry(
            heads * mode.directions(),
            from.hidden,
            from.kernelDim,
            scales(from),
            from.initScale,
            from.composition,
            from.interpolation,
            from.decay);
    scalesFollow = from.scales == null;
    maxLength = from.maxLength == null ? geometry.fullLength() : from.maxLength;
    decayMin = from.decayMin;
    decayMax = from.decayMax;
    requireDecay(from.decay, decayMin, decayMax);
    initialization = from.initialization;
  }

  /** A builder with the published defaults: one causal head, d = 64, multiplier 2. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * A builder with the values of this spec, to change some of them: a preset for another length,
   * for example. Scales that followed from the maximum length follow from the new one.
   *
   * {@snippet :
   * KernelSpec longer = spec.toBuilder().maxLength(100_000).build();
   * }
   */
  public Builder toBuilder() {
    Builder builder =
        new Builder()
            .hidden(hidden())
            .heads(heads)
            .mode(mode)
            .maxLength(maxLength)
            .kernelDim(kernelDim())
            .initScale(initScale())
            .composition(composition())
            .interpolation(interpolation())
            .decay(decay())
            .decayRange(decayMin, decayMax)
            .initialization(initialization);
    return scalesFollow ? builder : builder.scales(scales());
  }

  /** H: signals side by side ({@code d_model}). */
  public int hidden() {
    return geometry.hidden();
  }

  /** C: kernels for each signal ({@code channels}). */
  public int heads() {
    return heads;
  }

  /** Which lags the kernel has ({@code bidirectional}). */
  public ConvolutionMode mode() {
    return mode;
  }

  /** Longest signal, in samples, that the kernel is meant for ({@code l_max}); M if not given. */
  public long maxLength() {
    return maxLength;
  }

  /** d: parameters per scale ({@code kernel_dim}). */
  public int kernelDim() {
    return geometry.dim();
  }

  /** r: every piece is stretched by a further 2^r ({@code init_scale}). */
  public int initScale() {
    return geometry.initScale();
  }

  /** S: number of scales, given or {@code 1 + ceil(log2(maxLength/kernelDim)) − initScale}. */
  public int scales() {
    return geometry.scales();
  }

  /** How the scales are put together ({@code mode}: cat or sum). */
  public Composition composition() {
    return geometry.composition();
  }

  /** How parameters are stretched ({@code mode}: nearest, otherwise linear). */
  public Interpolation interpolation() {
    return geometry.interpolation();
  }

  /** How the kernel decays ({@code mode}: learnable means the power law). */
  public DecayLaw decay() {
    return geometry.decay();
  }

  /** Least multiplier or exponent ({@code decay_min}). */
  public double decayMin() {
    return decayMin;
  }

  /** Greatest multiplier or exponent ({@code decay_max}). */
  public double decayMax() {
    return decayMax;
  }

  /** How new parameters are drawn ({@code mode}: randn or cos). */
  public Initialization initialization() {
    return initialization;
  }

  /** C': kernel channels, C or 2C when bidirectional. */
  public int channels() {
    return geometry.channels();
  }

  /** M = d·2^(S−1+r): lags of the full kernel. */
  public long fullLength() {
    return geometry.fullLength();
  }

  /**
   * f_i: how many lags a parameter of a scale stands for, 2^(max(0,i−1)+r) where scales are
   * concatenated, 2^(i+r) where they are summed (section 3 of the paper).
   *
   * @param scale i, from 0 to S − 1
   * @throws InvalidArgumentException if there is no such scale
   */
  public long factor(int scale) {
    if (scale < 0 || scale >= scales()) {
      throw new InvalidArgumentException(
          "scale is " + scale + ": must be from 0 to " + (scales() - 1));
    }
    return geometry.factor(scale);
  }

  /** What a backend needs to know. */
  KernelGeometry geometry() {
    return geometry;
  }

  /**
   * Scales that reach {@code maxLength}: {@code 1 + ceil(log2(maxLength/kernelDim)) − initScale}.
   */
  private static int scales(Builder from) {
    if (from.maxLength != null && from.maxLength < 1) {
      throw new InvalidArgumentException("maxLength is " + from.maxLength + ": must be ≥ 1");
    }
    if (from.scales != null) {
      return atLeastOne("scales", from.scales);
    }
    if (from.maxLength == null) {
      throw new InvalidArgumentException(
          "neither maxLength nor scales is given: give maxLength(longest signal in samples)");
    }
    int power = ceilLog2(from.maxLength, from.kernelDim);
    long scales = 1L + power - from.initScale;
    if (scales < 1) {
      throw new InvalidArgumentException(
          "scales would be 1 + ceil(log2(maxLength/kernelDim)) − initScale = 1 + ceil(log2("
              + from.maxLength
              + "/"
              + from.kernelDim
              + ")) − "
              + from.initScale
              + " = "
              + scales
              + ": must be ≥ 1; take a smaller kernelDim or initScale, or give scales(...)");
    }
    return (int) scales;
  }

  /**
   * The least e, of either sign, with length ≤ dim·2^e: the ratio need not be whole, and no
   * rounding of a floating-point logarithm can change the result.
   */
  static int ceilLog2(long length, int dim) {
    if (length > dim) {
      long ratio = (length - 1) / dim + 1;
      return Long.SIZE - Long.numberOfLeadingZeros(ratio - 1);
    }
    return -(Long.SIZE - 1 - Long.numberOfLeadingZeros(dim / length));
  }

  private static int atLeastOne(String name, int value) {
    return atLeastOne(name, value, "");
  }

  private static int atLeastOne(String name, int value, String advice) {
    if (value < 1) {
      throw new InvalidArgumentException(
          name + " is " + value + ": must be ≥ 1" + (advice.isEmpty() ? "" : "; " + advice));
    }
    return value;
  }

  private static void requireDecay(DecayLaw law, double min, double max) {
    boolean legal =
        Double.isFinite(min)
            && Double.isFinite(max)
            && min <= max
            && (law == DecayLaw.POWER || min > 0);
    if (!legal) {
      throw new InvalidArgumentException(
          "decayRange is "
              + min
              + " to "
              + max
              + ": must be finite and ascending"
              + (law == DecayLaw.POWER ? "" : ", and multipliers must be above 0"));
    }
  }

  @Serial
  private Object writeReplace() {
    return new Serialized(
        hidden(),
        heads,
        mode,
        maxLength,
        kernelDim(),
        initScale(),
        scalesFollow ? 0 : scales(),
        composition(),
        interpolation(),
        decay(),
        decayMin,
        decayMax,
        initialization);
  }

  @Serial
  private void readObject(ObjectInputStream in) throws InvalidObjectException {
    throw new InvalidObjectException("a KernelSpec is written as its values, not as it is");
  }

  /** The values, which are checked again when they are read. */
  private record Serialized(
      int hidden,
      int heads,
      ConvolutionMode mode,
      long maxLength,
      int kernelDim,
      int initScale,
      int scales,
      Composition composition,
      Interpolation interpolation,
      DecayLaw decay,
      double decayMin,
      double decayMax,
      Initialization initialization)
      implements Serializable {

    @Serial
    private Object readResolve() throws InvalidObjectException {
      try {
        Builder builder =
            builder()
                .hidden(hidden)
                .heads(heads)
                .mode(mode)
                .maxLength(maxLength)
                .kernelDim(kernelDim)
                .initScale(initScale)
                .composition(composition)
                .interpolation(interpolation)
                .decay(decay)
                .decayRange(decayMin, decayMax)
                .initialization(initialization);
        return (scales == 0 ? builder : builder.scales(scales)).build();
      } catch (InvalidArgumentException | NullPointerException unsound) {
        InvalidObjectException failure = new InvalidObjectException("an unsound KernelSpec");
        failure.initCause(unsound);
        throw failure;
      }
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof KernelSpec spec
        && geometry.equals(spec.geometry)
        && mode == spec.mode
        && heads == spec.heads
        && maxLength == spec.maxLength
        && Double.compare(decayMin, spec.decayMin) == 0
        && Double.compare(decayMax, spec.decayMax) == 0
        && initialization == spec.initialization;
  }

  @Override
  public int hashCode() {
    return Objects.hash(geometry, mode, heads, maxLength, decayMin, decayMax, initialization);
  }

  @Override
  public String toString() {
    return "KernelSpec["
        + mode
        + ", heads="
        + heads
        + ", hidden="
        + hidden()
        + ", maxLength="
        + maxLength
        + ", kernelDim="
        + kernelDim()
        + ", scales="
        + scales()
        + ", initScale="
        + initScale()
        + ", "
        + composition()
        + ", "
        + interpolation()
        + ", "
        + decay()
        + " "
        + decayMin
        + ".."
        + decayMax
        + ", "
        + initialization
        + "]";
  }

  /** Collects the values of a {@link KernelSpec}; {@link #build()} checks them together. */
  public static final class Builder {

    private int hidden;
    private int heads = 1;
    private ConvolutionMode mode = ConvolutionMode.CAUSAL;
    private @Nullable Long maxLength;
    private int kernelDim = 64;
    private int initScale;
    private @Nullable Integer scales;
    private Composition composition = Composition.CONCATENATE;
    private Interpolation interpolation = Interpolation.LINEAR;
    private DecayLaw decay = DecayLaw.GEOMETRIC;
    private double decayMin = 2;
    private double decayMax = 2;
    private Initialization initialization = Initialization.NORMAL;

    private Builder() {}

    /** H ≥ 1. Must be given. */
    public Builder hidden(int value) {
      hidden = value;
      return this;
    }

    /** C ≥ 1; 1 if not given. */
    public Builder heads(int value) {
      heads = value;
      return this;
    }

    /** Causal if not given. {@link ConvolutionMode#CENTERED} is none: a kernel begins at lag 0. */
    public Builder mode(ConvolutionMode value) {
      mode = Objects.requireNonNull(value, "mode");
      return this;
    }

    /** Longest signal in samples, ≥ 1. Must be given unless {@link #scales(int)} is. */
    public Builder maxLength(long value) {
      maxLength = value;
      return this;
    }

    /** d ≥ 1; 64 if not given. */
    public Builder kernelDim(int value) {
      kernelDim = value;
      return this;
    }

    /** r ≥ 0; 0 if not given. */
    public Builder initScale(int value) {
      initScale = value;
      return this;
    }

    /** S ≥ 1; follows from the maximum length if not given. */
    public Builder scales(int value) {
      scales = value;
      return this;
    }

    /** Concatenated if not given. */
    public Builder composition(Composition value) {
      composition = Objects.requireNonNull(value, "composition");
      return this;
    }

    /** Linear if not given. */
    public Builder interpolation(Interpolation value) {
      interpolation = Objects.requireNonNull(value, "interpolation");
      return this;
    }

    /** Geometric if not given. */
    public Builder decay(DecayLaw value) {
      decay = Objects.requireNonNull(value, "decay");
      return this;
    }

    /**
     * Range of the multipliers, which are spread evenly over the H rows, or of the power law's
     * exponents, which are drawn evenly from it; 2 to 2 if not given.
     */
    public Builder decayRange(double min, double max) {
      decayMin = min;
      decayMax = max;
      return this;
    }

    /** Normal if not given. */
    public Builder initialization(Initialization value) {
      initialization = Objects.requireNonNull(value, "initialization");
      return this;
    }

    /**
     * The spec.
     *
     * @throws InvalidArgumentException if a value is out of range, S would be below 1, M above
     *     2^40, or the mode is centered
     */
    public KernelSpec build() {
      return new KernelSpec(this);
    }
  }
}
