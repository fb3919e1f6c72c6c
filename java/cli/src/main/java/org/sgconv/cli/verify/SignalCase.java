package org.sgconv.cli.verify;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.ConvolutionMode;
import org.sgconv.InvalidArgumentException;
import org.sgconv.conv.Gates;
import org.sgconv.conv.Gradients;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.oracle.Deviation;
import org.sgconv.oracle.ExactConvolution;
import org.sgconv.oracle.SignalClass;
import org.sgconv.oracle.TestSignals;
import org.sgconv.oracle.Tolerance;
import org.sgconv.tensor.Tensor;

/**
 * A convolution with all its gradients; skip and gates are there or not, as the seed has it.
 *
 * @param batch B
 * @param hidden H
 * @param heads C
 * @param length L
 * @param signals what u, k and dy are
 */
record SignalCase(
    ConvolutionMode mode, int batch, int hidden, int heads, int length, SignalClass signals)
    implements VerifyCase {

  SignalCase {
    if (batch < 1 || hidden < 1 || heads < 1 || length < 1) {
      throw new IllegalArgumentException("sizes must be ≥ 1");
    }
    VerifyCase.requireArrays(
        String.format(Locale.ROOT, "%s:%d:%dx%dx%d", lower(mode), length, batch, hidden, heads),
        Math.max(2, batch),
        heads,
        hidden,
        length);
  }

  static SignalCase parse(String id) {
    String[] parts = id.split(":", -1);
    String[] sizes = parts[2].split("x", -1);
    if (parts.length > 4 || sizes.length != 3) {
      throw new IllegalArgumentException(id);
    }
    return new SignalCase(
        ConvolutionMode.valueOf(parts[0].toUpperCase(Locale.ROOT)),
        VerifyCase.size(id, sizes[0]),
        VerifyCase.size(id, sizes[1]),
        VerifyCase.size(id, sizes[2]),
        VerifyCase.size(id, parts[1]),
        parts.length == 4 ? SignalClass.parse(parts[3]) : SignalClass.UNIFORM);
  }

  @Override
  public String id() {
    String id = String.format(Locale.ROOT, "%s:%d:%dx%dx%d", what(), length, batch, hidden, heads);
    return signals == SignalClass.UNIFORM ? id : id + ":" + signals.id();
  }

  private String what() {
    return lower(mode);
  }

  private static String lower(ConvolutionMode mode) {
    return mode.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String signalsId() {
    return signals.id();
  }

  @Override
  public String lengthId() {
    return String.valueOf(length);
  }

  @Override
  public Group group() {
    return signals == SignalClass.UNIFORM
        ? new Group(what(), String.valueOf(length))
        : new Group(signals.id(), Group.VARIOUS);
  }

  /** Returns normally unless the reference cannot fit, which is not to be found after a minute. */
  private void requireHeap() {
    int channels = mode == ConvolutionMode.BIDIRECTIONAL ? 2 * heads : heads;
    double least = ReferenceHeap.leastBytes(batch, heads, channels, hidden, length);
    long most = Runtime.getRuntime().maxMemory();
    if (least > most) {
      throw new InvalidArgumentException(
          String.format(
              Locale.ROOT,
              "'%s' is too large to verify here: the reference takes at least %.0f bytes of Java"
                  + " heap, and %d are allowed; raise -Xmx, or choose a shorter length",
              id(),
              least,
              most));
    }
  }

  private static Gates gates(@Nullable Tensor pre, @Nullable Tensor post) {
    if (pre == null) {
      return post == null ? Gates.none() : Gates.post(post);
    }
    return post == null ? Gates.pre(pre) : Gates.of(pre, post);
  }

  @Override
  public Map<Result, Deviation> measure(Backend candidate, Backend reference, long seed) {
    requireHeap();
    SplittableRandom random = random(seed);
    boolean withSkip = random.nextBoolean();
    boolean withPre = random.nextBoolean() && signals.takesGates();
    boolean withPost = random.nextBoolean() && signals.takesGates();
    TestSignals drawn = signals.draw(random, mode, batch, heads, hidden, length);
    try (LongConvolution convolution =
            LongConvolution.create(candidate, mode, heads, hidden, length);
        CaseTensors of = new CaseTensors(candidate, convolution.type(), random)) {
      long rows = (long) heads * hidden;
      Tensor u = of.values(drawn.input(), batch, hidden, length);
      Tensor kernel = of.values(drawn.kernel(), convolution.channels(), hidden, length);
      Tensor dy = of.values(drawn.outputGradient(), batch, rows, length);
      @Nullable Tensor skip = withSkip ? of.normal(heads, hidden) : null;
      @Nullable Tensor pre = withPre ? of.uniform(0.5, 1.5, batch, hidden, length) : null;
      @Nullable Tensor post = withPost ? of.uniform(0.5, 1.5, batch, hidden, length) : null;
      Tensor y = of.poisoned(batch, rows, length);
      Tensor lags = of.given(kernel);
      Gates gates = gates(pre == null ? null : of.given(pre), post == null ? null : of.given(post));
      Gradients.Builder into =
          Gradients.into()
              .input(of.poisoned(batch, hidden, length))
              .kernel(of.poisoned(convolution.channels(), hidden, length));
      if (withSkip) {
        into.skip(of.poisoned(heads, hidden));
      }
      if (withPre) {
        into.pre(of.poisoned(batch, hidden, length));
      }
      if (withPost) {
        into.post(of.poisoned(batch, hidden, length));
      }
      Gradients gradients = into.build();
      try (KernelSpectrum spectrum =
          skip == null ? convolution.prepare(lags) : convolution.prepare(lags, of.given(skip))) {
        Tensor input = of.given(u);
        convolution.forward(spectrum, input, gates, y);
        convolution.backward(spectrum, input, gates, of.given(dy), gradients);
      }
      ExactConvolution exact = ExactConvolution.of(mode, kernel, skip, u, pre, post, dy);
      Tolerance tolerance = Tolerance.of(convolution.type());
      Map<Result, Deviation> deviations = new EnumMap<>(Result.class);
      deviations.put(Result.OUTPUT, tolerance.measure(exact.output(), of.result(y)));
      deviations.put(
          Result.INPUT_GRADIENT,
          tolerance.measure(exact.inputGradient(), of.result(gradients.input())));
      deviations.put(
          Result.KERNEL_GRADIENT,
          tolerance.measure(exact.kernelGradient(), of.result(gradients.kernel())));
      gradients
          .skip()
          .ifPresent(
              dskip ->
                  deviations.put(
                      Result.SKIP_GRADIENT,
                      tolerance.measure(exact.skipGradient(), of.result(dskip))));
      gradients
          .pre()
          .ifPresent(
              dpre ->
                  deviations.put(
                      Result.PRE_GRADIENT,
                      tolerance.measure(exact.preGradient(), of.result(dpre))));
      gradients
          .post()
          .ifPresent(
              dpost ->
                  deviations.put(
                      Result.POST_GRADIENT,
                      tolerance.measure(exact.postGradient(), of.result(dpost))));
      return deviations;
    }
  }
}
