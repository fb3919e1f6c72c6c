package org.sgconv.cli.verify;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.Composition;
import org.sgconv.DecayLaw;
import org.sgconv.Interpolation;
import org.sgconv.conv.LongConvolution;
import org.sgconv.kernel.KernelGradients;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.oracle.Deviation;
import org.sgconv.oracle.ExactResult;
import org.sgconv.oracle.Tolerance;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * Synthesis of a kernel with the gradients of its parameters.
 *
 * @param dim d
 * @param scales S
 * @param initScale r
 * @param channels C'
 * @param hidden H
 * @param length L, which may be shorter or longer than the full kernel
 */
record KernelCase(
    Composition composition,
    Interpolation interpolation,
    DecayLaw decay,
    int dim,
    int scales,
    int initScale,
    int channels,
    int hidden,
    long length)
    implements VerifyCase {

  static final String PREFIX = "kernel:";

  static KernelCase parse(String id) {
    String[] parts = id.split(":", -1);
    String[] sizes = parts[4].split("x", -1);
    if (parts.length != 6 || sizes.length != 5) {
      throw new IllegalArgumentException(id);
    }
    KernelCase parsed =
        new KernelCase(
            Composition.valueOf(parts[1].toUpperCase(Locale.ROOT)),
            Interpolation.valueOf(parts[2].toUpperCase(Locale.ROOT)),
            DecayLaw.valueOf(parts[3].toUpperCase(Locale.ROOT)),
            VerifyCase.size(id, sizes[0]),
            VerifyCase.size(id, sizes[1]),
            VerifyCase.size(id, sizes[2]),
            VerifyCase.size(id, sizes[3]),
            VerifyCase.size(id, sizes[4]),
            VerifyCase.size(id, parts[5]));
    if (parsed.length < 1) {
      throw new IllegalArgumentException("sizes must be ≥ 1");
    }
    parsed.spec(); // Refuses what no kernel can be.
    VerifyCase.requireArrays(id, parsed.channels, parsed.hidden, parsed.length);
    return parsed;
  }

  private KernelSpec spec() {
    return KernelSpec.builder()
        .heads(channels)
        .hidden(hidden)
        .kernelDim(dim)
        .scales(scales)
        .initScale(initScale)
        .composition(composition)
        .interpolation(interpolation)
        .decay(decay)
        .build();
  }

  @Override
  public String id() {
    return String.format(
        Locale.ROOT,
        PREFIX + "%s:%s:%s:%dx%dx%dx%dx%d:%d",
        lower(composition),
        lower(interpolation),
        lower(decay),
        dim,
        scales,
        initScale,
        channels,
        hidden,
        length);
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public Group group() {
    return new Group(
        "kernel " + lower(composition) + " " + lower(interpolation) + " " + lower(decay),
        Group.VARIOUS);
  }

  @Override
  public String signalsId() {
    return "kernel";
  }

  @Override
  public String lengthId() {
    return String.valueOf(length);
  }

  @Override
  public Map<Result, Deviation> measure(Backend candidate, Backend reference, long seed) {
    KernelSpec spec = spec();
    DType type =
        LongConvolution.supportedTypes(candidate).contains(DType.FLOAT32)
            ? DType.FLOAT32
            : DType.FLOAT64;
    KernelSynthesis synthesis = KernelSynthesis.on(candidate);
    KernelSynthesis exact = KernelSynthesis.on(reference);
    try (CaseTensors of = new CaseTensors(candidate, type, random(seed))) {
      Tensor weights = of.normal(scales, channels, hidden, dim);
      // Steeper power laws make the first lags hundreds of times rms; where their terms cancel, the
      // rounding of the terms alone would exceed a bound that is stated in rms.
      Tensor rates =
          decay == DecayLaw.POWER ? of.uniform(0.1, 0.5, hidden) : of.uniform(1.2, 2.5, hidden);
      KernelParameters wide = of.wideParameters(spec, weights, rates);
      KernelParameters parameters = of.parameters(spec, weights, rates);
      Tensor kernel = of.poisoned(channels, hidden, length);
      synthesis.forward(parameters, kernel);
      Tensor expected = of.owning(exact.forward(wide, length));
      // The loss pulls the kernel towards itself: the gradient of the decay then sums terms of one
      // sign, and its relative error says something.
      Tensor gradKernel = of.normal(channels, hidden, length);
      double unit = 1 / Math.sqrt((double) length);
      for (long i = 0; i < gradKernel.elementCount(); i++) {
        gradKernel.setFlat(i, expected.getFlat(i) + 0.1 * unit * gradKernel.getFlat(i));
      }
      boolean power = decay == DecayLaw.POWER;
      KernelGradients gradients =
          power
              ? KernelGradients.of(of.poisoned(scales, channels, hidden, dim), of.poisoned(hidden))
              : KernelGradients.of(of.poisoned(scales, channels, hidden, dim));
      synthesis.backward(parameters, of.given(gradKernel), gradients);
      try (KernelGradients expectedGradients = exact.backward(wide, of.wide(gradKernel))) {
        return compare(of, type, kernel, expected, gradients, expectedGradients);
      }
    }
  }

  /** Nothing cancels here: errors are relative to what is computed. */
  private static Map<Result, Deviation> compare(
      CaseTensors of,
      DType type,
      Tensor kernel,
      Tensor expected,
      KernelGradients gradients,
      KernelGradients exact) {
    Tolerance tolerance = Tolerance.of(type);
    Map<Result, Deviation> deviations = new EnumMap<>(Result.class);
    deviations.put(
        Result.KERNEL,
        tolerance.measure(exact(expected, Math.toIntExact(kernel.dim(2))), of.result(kernel)));
    deviations.put(
        Result.WEIGHT_GRADIENT,
        tolerance.measure(together(exact.weights()), of.result(gradients.weights())));
    @Nullable Tensor decay = gradients.decay().orElse(null);
    @Nullable Tensor exactDecay = exact.decay().orElse(null);
    if (decay != null && exactDecay != null) {
      deviations.put(
          Result.DECAY_GRADIENT, tolerance.measure(together(exactDecay), of.result(decay)));
    }
    return deviations;
  }

  private static ExactResult exact(Tensor expected, int row) {
    return ExactResult.of(expected.toDoubleArray(), row);
  }

  /** As one row: by themselves some gradients are sums that cancel by chance. */
  private static ExactResult together(Tensor expected) {
    return exact(expected, Math.toIntExact(expected.elementCount()));
  }
}
