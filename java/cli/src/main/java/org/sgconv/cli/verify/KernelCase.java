package org.sgconv.cli.verify;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.sgconv.Backend;
import org.sgconv.Composition;
import org.sgconv.DecayLaw;
import org.sgconv.Interpolation;
import org.sgconv.cli.run.ExactSynthesis;
import org.sgconv.conv.LongConvolution;
import org.sgconv.kernel.KernelGradients;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.oracle.Deviation;
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
    try (CaseTensors of = new CaseTensors(candidate, type, random(seed))) {
      Tensor weights = of.normal(scales, channels, hidden, dim);
      boolean power = decay == DecayLaw.POWER;
      Tensor rates = power ? of.uniform(0.1, 1.5, hidden) : of.uniform(1.2, 2.5, hidden);
      KernelParameters parameters = of.parameters(spec, weights, rates);
      Tensor kernel = of.poisoned(channels, hidden, length);
      synthesis.forward(parameters, kernel);
      Tensor gradKernel = of.normal(channels, hidden, length);
      KernelGradients gradients =
          power
              ? KernelGradients.into(
                  of.poisoned(scales, channels, hidden, dim), of.poisoned(hidden))
              : KernelGradients.into(of.poisoned(scales, channels, hidden, dim));
      synthesis.backward(parameters, of.given(gradKernel), gradients);
      ExactSynthesis exact = new ExactSynthesis(reference, of.wideParameters(spec, weights, rates));
      return compare(of, Tolerance.of(type), exact, kernel, gradKernel, gradients);
    }
  }

  private Map<Result, Deviation> compare(
      CaseTensors of,
      Tolerance tolerance,
      ExactSynthesis exact,
      Tensor kernel,
      Tensor gradKernel,
      KernelGradients gradients) {
    Map<Result, Deviation> deviations = new EnumMap<>(Result.class);
    deviations.put(Result.KERNEL, tolerance.measure(exact.kernel(length), of.result(kernel)));
    ExactSynthesis.ExactGradients expected = exact.gradients(of.wide(gradKernel));
    deviations.put(
        Result.WEIGHT_GRADIENT,
        tolerance.measure(expected.weights(), of.result(gradients.weights())));
    gradients
        .decay()
        .ifPresent(
            actual ->
                deviations.put(
                    Result.DECAY_GRADIENT,
                    tolerance.measure(expected.decay().orElseThrow(), of.result(actual))));
    return deviations;
  }
}
