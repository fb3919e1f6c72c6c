package org.sgconv.benchmarks.verify;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.ConvolutionMode;
import org.sgconv.benchmarks.check.Deviation;
import org.sgconv.conv.Gates;
import org.sgconv.conv.Gradients;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * A convolution with all its gradients; skip and gates are there or not, as the seed has it.
 *
 * @param batch B
 * @param hidden H
 * @param heads C
 * @param length L
 */
record ConvolutionCase(ConvolutionMode mode, int batch, int hidden, int heads, long length)
    implements VerifyCase {

  ConvolutionCase {
    if (batch < 1 || hidden < 1 || heads < 1 || length < 1) {
      throw new IllegalArgumentException("sizes must be ≥ 1");
    }
  }

  static ConvolutionCase parse(String id) {
    String[] parts = id.split(":", -1);
    String[] sizes = parts[2].split("x", -1);
    if (parts.length != 3 || sizes.length != 3) {
      throw new IllegalArgumentException(id);
    }
    return new ConvolutionCase(
        ConvolutionMode.valueOf(parts[0].toUpperCase(Locale.ROOT)),
        Integer.parseInt(sizes[0]),
        Integer.parseInt(sizes[1]),
        Integer.parseInt(sizes[2]),
        Long.parseLong(parts[1]));
  }

  @Override
  public String id() {
    return "%s:%d:%dx%dx%d".formatted(what(), length, batch, hidden, heads);
  }

  private String what() {
    return mode.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public Group group() {
    return new Group(what(), String.valueOf(length));
  }

  @Override
  public Map<Result, Deviation> measure(Backend candidate, Backend reference, long seed) {
    SplittableRandom random = random(seed);
    boolean withSkip = random.nextBoolean();
    boolean withPre = random.nextBoolean();
    boolean withPost = random.nextBoolean();
    try (LongConvolution convolution =
            LongConvolution.create(candidate, mode, heads, hidden, length);
        LongConvolution exact =
            LongConvolution.create(reference, mode, heads, hidden, length, DType.FLOAT64);
        Operands of = new Operands(candidate, convolution.type(), random)) {
      long rows = (long) heads * hidden;
      // Bounded values: gradients of gates are products with u and dy, and with unbounded factors
      // the largest of millions of correctly rounded products passes any bound in the end.
      Tensor u = of.uniform(-1, 1, batch, hidden, length);
      Tensor kernel = of.normal(convolution.channels(), hidden, length);
      Tensor dy = of.uniform(-1, 1, batch, rows, length);
      @Nullable Tensor skip = withSkip ? of.normal(heads, hidden) : null;
      // Gates are positive in models (sigmoids) and must not cancel here either.
      @Nullable Tensor pre = withPre ? of.uniform(0.5, 1.5, batch, hidden, length) : null;
      @Nullable Tensor post = withPost ? of.uniform(0.5, 1.5, batch, hidden, length) : null;
      Tensor y = of.poisoned(batch, rows, length);
      Gradients gradients =
          Gradients.of(
              of.poisoned(batch, hidden, length),
              of.poisoned(convolution.channels(), hidden, length),
              withSkip ? of.poisoned(heads, hidden) : null,
              withPre ? of.poisoned(batch, hidden, length) : null,
              withPost ? of.poisoned(batch, hidden, length) : null);
      try (KernelSpectrum spectrum =
          convolution.prepare(of.given(kernel), skip == null ? null : of.given(skip))) {
        Tensor input = of.given(u);
        Gates gates =
            new Gates(pre == null ? null : of.given(pre), post == null ? null : of.given(post));
        convolution.forward(spectrum, input, gates, y);
        convolution.backward(spectrum, input, gates, of.given(dy), gradients);
      }
      @Nullable Tensor wideSkip = skip == null ? null : of.wide(skip);
      Gates wideGates =
          new Gates(pre == null ? null : of.wide(pre), post == null ? null : of.wide(post));
      Tensor wideInput = of.wide(u);
      try (KernelSpectrum spectrum = exact.prepare(of.wide(kernel), wideSkip);
          Tensor expected = exact.forward(spectrum, wideInput, wideGates);
          Gradients expectedGradients =
              exact.backward(spectrum, wideInput, wideGates, of.wide(dy))) {
        return compare(of, y, expected, gradients, expectedGradients);
      }
    }
  }

  private static Map<Result, Deviation> compare(
      Operands of, Tensor y, Tensor expected, Gradients gradients, Gradients expectedGradients) {
    Map<Result, Deviation> deviations = new EnumMap<>(Result.class);
    deviations.put(Result.OUTPUT, Deviation.between(of.result(y), expected));
    deviations.put(
        Result.INPUT_GRADIENT,
        Deviation.between(of.result(gradients.input()), expectedGradients.input()));
    // dD is dk at lag 0, so it is measured on the scale of dk.
    Tensor dk = expectedGradients.kernel();
    Deviation kernel =
        gradients
            .skip()
            .map(
                skip -> {
                  Tensor expectedSkip = expectedGradients.skip().orElseThrow();
                  Deviation.Sum sum = new Deviation.Sum(dk, expectedSkip);
                  sum.add(of.result(gradients.kernel()), dk);
                  sum.add(of.result(skip), expectedSkip);
                  return sum.total();
                })
            .orElseGet(() -> Deviation.between(of.result(gradients.kernel()), dk));
    deviations.put(Result.KERNEL_GRADIENT, kernel);
    gradients
        .pre()
        .ifPresent(
            pre ->
                deviations.put(
                    Result.PRE_GRADIENT,
                    Deviation.between(of.result(pre), expectedGradients.pre().orElseThrow())));
    gradients
        .post()
        .ifPresent(
            post ->
                deviations.put(
                    Result.POST_GRADIENT,
                    Deviation.between(of.result(post), expectedGradients.post().orElseThrow())));
    return deviations;
  }
}
