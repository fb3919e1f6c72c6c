package org.sgconv.cli.verify;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.ConvolutionMode;
import org.sgconv.InvalidArgumentException;
import org.sgconv.conv.Gates;
import org.sgconv.conv.Gradients;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.conv.RowLengths;
import org.sgconv.oracle.Deviation;
import org.sgconv.oracle.ExactConvolution;
import org.sgconv.oracle.ExactConvolutionBuilder;
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
 * @param kernelLength K
 * @param rows samples of each row of the batch, or null where every row has L
 * @param signals what u, k and dy are
 */
record SignalCase(
    ConvolutionMode mode,
    int batch,
    int hidden,
    int heads,
    int length,
    int kernelLength,
    @Nullable RowLengths rows,
    SignalClass signals)
    implements VerifyCase {

  private static final String KERNEL_LENGTH = "k=";
  private static final String ROWS = "rows=";

  SignalCase {
    if (batch < 1 || hidden < 1 || heads < 1 || length < 1 || kernelLength < 1) {
      throw new IllegalArgumentException("sizes must be ≥ 1");
    }
    String name =
        String.format(Locale.ROOT, "%s:%d:%dx%dx%d", lower(mode), length, batch, hidden, heads);
    VerifyCase.requireArrays(name, Math.max(2, batch), heads, hidden, length);
    VerifyCase.requireArrays(
        name + ":" + KERNEL_LENGTH + kernelLength, 2, heads, hidden, kernelLength);
    if (kernelLength != length) {
      name += ":" + KERNEL_LENGTH + kernelLength;
    }
    if (rows != null) {
      name +=
          ":"
              + ROWS
              + Arrays.stream(rows.toArray())
                  .mapToObj(Long::toString)
                  .collect(Collectors.joining(","));
    }
    boolean circular = mode == ConvolutionMode.CIRCULAR;
    if (circular && kernelLength > length) {
      throw unfit(
          name, "a kernel of " + kernelLength + " lags: at most " + length + " in this mode");
    }
    if (rows != null && circular) {
      throw unfit(name, "lengths of rows: those of a circular convolution have none");
    }
    if (rows != null && rows.count() != batch) {
      throw unfit(name, "lengths of " + rows.count() + " rows: give " + batch + ", one for each");
    }
    long longest = rows == null ? length : Arrays.stream(rows.toArray()).max().orElseThrow();
    if (longest > length) {
      throw unfit(name, "a row of " + longest + " samples: at most " + length);
    }
  }

  private static InvalidArgumentException unfit(String name, String what) {
    return new InvalidArgumentException("'" + name + "' has " + what);
  }

  /** With a kernel as long as the signal, and rows that all have that length. */
  SignalCase(
      ConvolutionMode mode, int batch, int hidden, int heads, int length, SignalClass signals) {
    this(mode, batch, hidden, heads, length, length, null, signals);
  }

  static SignalCase parse(String id) {
    String[] parts = id.split(":", -1);
    String[] sizes = parts[2].split("x", -1);
    int length = VerifyCase.size(id, parts[1]);
    int next = 3;
    SignalClass signals = SignalClass.UNIFORM;
    if (next < parts.length && parts[next].indexOf('=') < 0) {
      signals = SignalClass.parse(parts[next++]);
    }
    int kernelLength = length;
    if (next < parts.length && parts[next].startsWith(KERNEL_LENGTH)) {
      kernelLength = VerifyCase.size(id, parts[next++].substring(KERNEL_LENGTH.length()));
    }
    @Nullable RowLengths rows = null;
    if (next < parts.length && parts[next].startsWith(ROWS)) {
      String[] each = parts[next++].substring(ROWS.length()).split(",", -1);
      rows =
          RowLengths.of(Arrays.stream(each).mapToLong(row -> VerifyCase.size(id, row)).toArray());
    }
    if (next < parts.length || sizes.length != 3) {
      throw new IllegalArgumentException(id);
    }
    return new SignalCase(
        ConvolutionMode.valueOf(parts[0].toUpperCase(Locale.ROOT)),
        VerifyCase.size(id, sizes[0]),
        VerifyCase.size(id, sizes[1]),
        VerifyCase.size(id, sizes[2]),
        length,
        kernelLength,
        rows,
        signals);
  }

  @Override
  public String id() {
    StringBuilder id = new StringBuilder();
    id.append(String.format(Locale.ROOT, "%s:%d:%dx%dx%d", what(), length, batch, hidden, heads));
    if (signals != SignalClass.UNIFORM) {
      id.append(':').append(signals.id());
    }
    if (kernelLength != length) {
      id.append(':').append(KERNEL_LENGTH).append(kernelLength);
    }
    if (rows != null) {
      id.append(':').append(ROWS);
      id.append(
          Arrays.stream(rows.toArray()).mapToObj(Long::toString).collect(Collectors.joining(",")));
    }
    return id.toString();
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
    double least =
        ReferenceHeap.leastBytes(
            batch, heads, (long) heads * mode.directions(), hidden, length, kernelLength);
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

  /** Rows of K lags: those of a class of signals, and beyond the signal's length any. */
  private double[] lags(double[] kernel, SplittableRandom random) {
    if (kernelLength == length) {
      return kernel;
    }
    double[] lags = new double[kernel.length / length * kernelLength];
    for (int i = 0; i < lags.length; i++) {
      int lag = i % kernelLength;
      lags[i] = lag < length ? kernel[i / kernelLength * length + lag] : random.nextDouble(-1, 1);
    }
    return lags;
  }

  /** What lies beyond the length of a row counts as zero, whatever it is. */
  private static void poisonBeyond(RowLengths rows, @Nullable Tensor... operands) {
    for (@Nullable Tensor operand : operands) {
      if (operand == null) {
        continue;
      }
      long length = operand.dim(2);
      long ofOneSignal = operand.dim(1) * length;
      for (long i = 0; i < operand.elementCount(); i++) {
        if (i % length >= rows.get(i / ofOneSignal)) {
          operand.setFlat(i, Double.NaN);
        }
      }
    }
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
            LongConvolution.builder(candidate)
                .mode(mode)
                .heads(heads)
                .hidden(hidden)
                .length(length)
                .kernelLength(kernelLength)
                .build();
        CaseTensors of = new CaseTensors(candidate, convolution.type(), random)) {
      long outputs = (long) heads * hidden;
      Tensor u = of.values(drawn.input(), batch, hidden, length);
      Tensor kernel =
          of.values(lags(drawn.kernel(), random), convolution.channels(), hidden, kernelLength);
      Tensor dy = of.values(drawn.outputGradient(), batch, outputs, length);
      @Nullable Tensor skip = withSkip ? of.normal(heads, hidden) : null;
      @Nullable Tensor pre = withPre ? of.uniform(0.5, 1.5, batch, hidden, length) : null;
      @Nullable Tensor post = withPost ? of.uniform(0.5, 1.5, batch, hidden, length) : null;
      if (rows != null) {
        poisonBeyond(rows, u, dy, pre, post);
      }
      Tensor y = of.poisoned(batch, outputs, length);
      Tensor there = of.given(kernel);
      Gates gates = gates(pre == null ? null : of.given(pre), post == null ? null : of.given(post));
      Gradients.Builder into =
          Gradients.into()
              .input(of.poisoned(batch, hidden, length))
              .kernel(of.poisoned(convolution.channels(), hidden, kernelLength));
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
          skip == null ? convolution.prepare(there) : convolution.prepare(there, of.given(skip))) {
        Tensor input = of.given(u);
        if (rows == null) {
          convolution.forward(spectrum, input, gates, y);
          convolution.backward(spectrum, input, gates, of.given(dy), gradients);
        } else {
          convolution.forward(spectrum, input, gates, rows, y);
          convolution.backward(spectrum, input, gates, rows, of.given(dy), gradients);
        }
      }
      ExactConvolutionBuilder exact =
          ExactConvolution.builder(mode, kernel, u).outputGradient(dy).judging(convolution.type());
      if (skip != null) {
        exact.skip(skip);
      }
      if (pre != null) {
        exact.pre(pre);
      }
      if (post != null) {
        exact.post(post);
      }
      ExactConvolution whole = exact.build();
      return compare(
          of,
          Tolerance.of(convolution.type()),
          rows == null ? whole : whole.within(rows.toArray()),
          y,
          gradients);
    }
  }

  private static Map<Result, Deviation> compare(
      CaseTensors of, Tolerance tolerance, ExactConvolution exact, Tensor y, Gradients gradients) {
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
                    Result.PRE_GRADIENT, tolerance.measure(exact.preGradient(), of.result(dpre))));
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
