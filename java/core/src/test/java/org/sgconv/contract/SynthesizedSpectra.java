package org.sgconv.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.sgconv.Composition;
import org.sgconv.ConvolutionMode;
import org.sgconv.DecayLaw;
import org.sgconv.Interpolation;
import org.sgconv.InvalidArgumentException;
import org.sgconv.SgConvException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.TensorClosedException;
import org.sgconv.TypeMismatchException;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.conv.OptionalOperands;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Spectra straight from the parameters of a kernel. */
interface SynthesizedSpectra extends BackendUnderTest {

  int BATCH = 2;
  int HEADS = 2;
  int HIDDEN = 3;

  /** Those that kernels of parameters have. */
  List<ConvolutionMode> MODES =
      List.of(ConvolutionMode.CAUSAL, ConvolutionMode.BIDIRECTIONAL, ConvolutionMode.CIRCULAR);

  /**
   * Every kind of kernel in every mode, of lengths within and beyond the full kernel's, with a skip
   * and without; against float64 and against a kernel that is prepared.
   */
  @TestFactory
  default Stream<DynamicTest> spectraOfParameters() {
    List<DynamicTest> tests = new ArrayList<>();
    int[] lengths = {1, 2, 17, 255, 700};
    for (ConvolutionMode mode : MODES) {
      for (Composition composition : Composition.values()) {
        for (Interpolation interpolation : Interpolation.values()) {
          for (DecayLaw decay : DecayLaw.values()) {
            KernelSpec spec = spec(mode, composition, interpolation, decay);
            int length = lengths[tests.size() % lengths.length];
            boolean skip = tests.size() % 2 == 0;
            tests.add(
                dynamicTest(
                    spec + " L=" + length + (skip ? " skip" : ""),
                    () -> check(spec, length, skip)));
          }
        }
      }
    }
    return tests.stream();
  }

  private static KernelSpec spec(
      ConvolutionMode mode, Composition composition, Interpolation interpolation, DecayLaw decay) {
    return KernelSpec.builder()
        .mode(mode)
        .composition(composition)
        .interpolation(interpolation)
        .decay(decay)
        .decayRange(decay == DecayLaw.POWER ? 0.3 : 1, decay == DecayLaw.POWER ? 1.5 : 3)
        .heads(HEADS)
        .hidden(HIDDEN)
        .kernelDim(8)
        .scales(6)
        .build();
  }

  private static KernelSpec plainSpec(ConvolutionMode mode) {
    return spec(mode, Composition.CONCATENATE, Interpolation.LINEAR, DecayLaw.GEOMETRIC);
  }

  private void check(KernelSpec spec, int length, boolean withSkip) {
    ConvolutionMode mode = spec.mode();
    ConvolutionCase at =
        new ConvolutionCase(
            mode, BATCH, HEADS, HIDDEN, length, withSkip, false, false, length % 2 == 1);
    String what = label(at) + " " + spec;
    try (KernelParameters parameters = parameters(spec)) {
      Operands drawn = Operands.random(at, type(), Seed.random(what));
      NaiveKernel naive =
          new NaiveKernel(
              spec, parameters.weights().toDoubleArray(), parameters.decay().toDoubleArray());
      double[] values = naive.kernel(length, naive.norm());
      Operands operands = drawn.withKernel(values);
      try (ConvolutionParts parts = new ConvolutionParts(backend(), type(), operands);
          Guarded written =
              Guarded.output(
                  backend(), type().kernelType(), at.unaligned(), at.channels(), HIDDEN, length)) {
        LongConvolution it = parts.convolution;
        assertThat(parameters.norm()).isEmpty();
        try (KernelSpectrum spectrum = OptionalOperands.prepare(it, parameters, parts.skip);
            Tensor kernel = KernelSynthesis.on(backend()).forward(parameters, length);
            KernelSpectrum inTwoSteps = OptionalOperands.prepare(it, kernel, parts.skip)) {
          assertThat(parameters.norm()).isPresent();
          assertThat(spectrum.hasSkip()).isEqualTo(withSkip);
          double[] y = forward(parts, spectrum);
          requireDefinition(what, operands, y);
          Judged.check(ofBoth(), what + " y", forward(parts, inTwoSteps), y);
          if (parts.skip == null) {
            spectrum.prepare(parameters);
          } else {
            spectrum.prepare(parameters, parts.skip);
          }
          Bits.requireSame(what + " y, prepared anew", y, forward(parts, spectrum));
          if (parts.skip == null) {
            spectrum.synthesize(parameters, written.tensor());
          } else {
            spectrum.synthesize(parameters, parts.skip, written.tensor());
          }
          Bits.requireSame(what + " y, with the kernel", y, forward(parts, spectrum));
          written.requireMarginsIntact(what);
          Judged.check(
              kernelTolerance(), what + " kernel", kernel.toDoubleArray(), written.values());
        }
      }
    }
  }

  private static double[] forward(ConvolutionParts parts, KernelSpectrum spectrum) {
    try (Tensor y = parts.convolution.forward(spectrum, parts.u, parts.gates)) {
      return y.toDoubleArray();
    }
  }

  /** Every element of y, or of long signals a sample, against the sums as they are defined. */
  private void requireDefinition(String what, Operands operands, double[] y) {
    NaiveConvolution naive = new NaiveConvolution(operands);
    int length = operands.at().length();
    int step = length < 300 ? 1 : 7; // not a divisor of the length: each row is met elsewhere
    int count = (y.length + step - 1) / step;
    double[] expected = new double[count];
    double[] actual = new double[count];
    for (int i = 0; i < count; i++) {
      int row = i * step / length;
      actual[i] = y[i * step];
      expected[i] =
          naive.y(row / (HEADS * HIDDEN), row / HIDDEN % HEADS, row % HIDDEN, i * step % length);
    }
    Judged.check(tolerance(), what + " y against the definition", expected, actual);
  }

  /** Whatever a plan keeps for a kernel that nobody sees ends with it. */
  @Test
  default void closingGivesEverythingBack() {
    try (KernelParameters parameters = parameters(plainSpec(ConvolutionMode.CAUSAL))) {
      KernelSynthesis.on(backend()).norm(parameters);
      long open = Tensor.openCount();
      for (int i = 0; i < 2; i++) {
        try (LongConvolution convolution =
            LongConvolution.create(backend(), ConvolutionMode.CAUSAL, HEADS, HIDDEN, 300, type())) {
          convolution.prepare(parameters).close();
          convolution.prepare(parameters); // ends with its convolution
        }
        assertThat(Tensor.openCount()).isEqualTo(open);
      }
    }
  }

  /** A norm that is there is used: half of the outputs come of twice the norm. */
  @Test
  default void aGivenNormDivides() {
    try (KernelParameters taken = parameters(plainSpec(ConvolutionMode.CAUSAL));
        ConvolutionParts parts = parts(ConvolutionMode.CAUSAL, 300)) {
      try (Tensor norm = KernelSynthesis.on(backend()).norm(taken).toHost()) {
        for (long i = 0; i < norm.elementCount(); i++) {
          norm.setFlat(i, 2 * norm.getFlat(i));
        }
        try (KernelParameters doubled =
                KernelParameters.of(
                    taken.spec(),
                    taken.weights().copy(),
                    taken.decay().copy(),
                    norm.copyTo(backend()));
            KernelSpectrum spectrum = parts.convolution.prepare(taken);
            KernelSpectrum half = parts.convolution.prepare(doubled)) {
          double[] expected = forward(parts, spectrum);
          for (int i = 0; i < expected.length; i++) {
            expected[i] /= 2;
          }
          Judged.check(ofBoth(), label("half"), expected, forward(parts, half));
        }
      }
    }
  }

  /** A skip that a spectrum had is gone when it is filled from parameters without one. */
  @Test
  default void spectraCanBeFilledAnewFromParameters() {
    try (KernelParameters parameters = parameters(plainSpec(ConvolutionMode.BIDIRECTIONAL));
        ConvolutionParts parts = parts(ConvolutionMode.BIDIRECTIONAL, 300);
        Tensor skip = Tensor.zeros(type().kernelType(), HEADS, HIDDEN)) {
      skip.fill(3);
      try (Tensor placed = skip.copyTo(backend());
          KernelSpectrum spectrum = parts.convolution.prepare(parts.kernel, placed);
          KernelSpectrum fresh = parts.convolution.prepare(parameters)) {
        spectrum.prepare(parameters);
        assertThat(spectrum.hasSkip()).isFalse();
        Bits.requireSame(label("anew"), forward(parts, fresh), forward(parts, spectrum));
      }
    }
  }

  /** A centered convolution has the directions of a causal spec, and no kernels of parameters. */
  @Test
  default void parametersAreForNoCenteredConvolution() {
    try (ConvolutionParts parts = parts(ConvolutionMode.CENTERED, 40);
        KernelParameters parameters = parameters(plainSpec(ConvolutionMode.CAUSAL))) {
      refuses(
          parts,
          parameters,
          ShapeMismatchException.class,
          "for mode CAUSAL",
          "the convolution for mode CENTERED");
      assertThat(parameters.norm()).isEmpty();
    }
  }

  @Test
  default void parametersForAnotherConvolutionAreNamed() {
    try (ConvolutionParts parts = parts(ConvolutionMode.CAUSAL, 40)) {
      String ours = "the convolution for mode CAUSAL, heads = 2, hidden = 3";
      for (KernelSpec other :
          List.of(
              plainSpec(ConvolutionMode.BIDIRECTIONAL),
              KernelSpec.builder().heads(3).hidden(HIDDEN).kernelDim(4).scales(2).build(),
              KernelSpec.builder().heads(HEADS).hidden(4).kernelDim(4).scales(2).build())) {
        try (KernelParameters parameters = parameters(other)) {
          refuses(
              parts,
              parameters,
              ShapeMismatchException.class,
              "mode %s, heads = %d, hidden = %d"
                  .formatted(other.mode(), other.heads(), other.hidden()),
              ours);
          assertThat(parameters.norm()).isEmpty();
        }
      }
      DType wrong = type().kernelType() == DType.FLOAT32 ? DType.FLOAT64 : DType.FLOAT32;
      try (KernelParameters parameters =
          KernelParameters.random(backend(), plainSpec(ConvolutionMode.CAUSAL), wrong, 1)) {
        refuses(parts, parameters, TypeMismatchException.class, wrong.name(), "weights");
      }
      KernelParameters closed = parameters(plainSpec(ConvolutionMode.CAUSAL));
      closed.close();
      refuses(parts, closed, TensorClosedException.class, "closed");
    }
  }

  /** What fails leaves the spectrum as it was. */
  @Test
  default void aNormOfZeroIsAnErrorBeforeTheSpectrumIsTouched() {
    KernelSpec spec = plainSpec(ConvolutionMode.CAUSAL);
    try (Tensor zeros =
            Tensor.zeros(type().kernelType(), spec.scales(), HEADS, HIDDEN, spec.kernelDim());
        Tensor decay = Tensor.zeros(type().kernelType(), HIDDEN)) {
      decay.fill(1);
      try (KernelParameters parameters =
              KernelParameters.of(spec, zeros.copyTo(backend()), decay.copyTo(backend()));
          ConvolutionParts parts = parts(ConvolutionMode.CAUSAL, 40);
          KernelSpectrum spectrum = parts.convolution.prepare(parts.kernel)) {
        double[] before = forward(parts, spectrum);
        refuses(parts, parameters, InvalidArgumentException.class, "norm");
        assertThatThrownBy(() -> spectrum.prepare(parameters))
            .isInstanceOf(InvalidArgumentException.class)
            .hasMessageContaining("norm");
        Bits.requireSame(label("as before"), before, forward(parts, spectrum));
      }
    }
  }

  @Test
  default void aClosedNormIsAnErrorBeforeTheSpectrumIsTouched() {
    try (KernelParameters parameters = parameters(plainSpec(ConvolutionMode.CAUSAL));
        ConvolutionParts parts = parts(ConvolutionMode.CAUSAL, 40);
        KernelSpectrum spectrum = parts.convolution.prepare(parts.kernel)) {
      double[] before = forward(parts, spectrum);
      KernelSynthesis.on(backend()).norm(parameters).close();
      refuses(parts, parameters, TensorClosedException.class, "closed");
      assertThatThrownBy(() -> spectrum.prepare(parameters))
          .isInstanceOf(TensorClosedException.class);
      Bits.requireSame(label("as before"), before, forward(parts, spectrum));
    }
  }

  @Test
  default void kernelsThatCannotBeWrittenAreRefused() {
    KernelSpec spec = plainSpec(ConvolutionMode.CAUSAL);
    DType type = type().kernelType();
    try (ConvolutionParts parts = parts(ConvolutionMode.CAUSAL, 40);
        KernelSpectrum spectrum = parts.convolution.prepare(parts.kernel);
        Tensor memory = Tensor.zeros(backend(), type, spec.scales() * HEADS * HIDDEN * 40L);
        Tensor shorter = Tensor.zeros(backend(), type, HEADS, HIDDEN, 39);
        KernelParameters parameters =
            KernelParameters.of(
                spec,
                memory
                    .slice(0, spec.scales() * HEADS * HIDDEN * (long) spec.kernelDim())
                    .reshape(spec.scales(), HEADS, HIDDEN, spec.kernelDim()),
                decay());
        Tensor overlapping = memory.slice(0, HEADS * HIDDEN * 40L).reshape(HEADS, HIDDEN, 40)) {
      refusesKernel(parameters, overlapping, spectrum, "overlap");
      refusesKernel(parameters, shorter, spectrum, "(2, 3, 39)");
    }
  }

  /** With whichever of the other tensors the kernel shares memory; the spectrum keeps its own. */
  @Test
  default void kernelsThatShareMemoryAreRefused() {
    KernelSpec spec = plainSpec(ConvolutionMode.CAUSAL);
    try (ConvolutionParts parts = parts(ConvolutionMode.CAUSAL, 40);
        KernelSpectrum spectrum = parts.convolution.prepare(parts.kernel);
        Tensor ones = Tensor.zeros(type().kernelType(), HEADS * HIDDEN * 40L);
        KernelParameters drawn = parameters(spec)) {
      ones.fill(1);
      double[] before = forward(parts, spectrum);
      try (Tensor memory = ones.copyTo(backend());
          Tensor kernel = memory.reshape(HEADS, HIDDEN, 40);
          Tensor skip = memory.slice(6, 6 + HEADS * HIDDEN).reshape(HEADS, HIDDEN);
          KernelParameters decayInside =
              KernelParameters.of(spec, drawn.weights().copy(), memory.slice(0, HIDDEN));
          KernelParameters normInside =
              KernelParameters.of(
                  spec,
                  drawn.weights().copy(),
                  drawn.decay().copy(),
                  memory.slice(0, HEADS * HIDDEN).reshape(HEADS, HIDDEN))) {
        refusesKernel(decayInside, kernel, spectrum, "overlaps decay");
        refusesKernel(normInside, kernel, spectrum, "overlaps norm");
        assertThatThrownBy(() -> spectrum.synthesize(drawn, skip, kernel))
            .isInstanceOf(InvalidArgumentException.class)
            .hasMessageContaining("kernel overlaps skip");
      }
      assertThat(spectrum.hasSkip()).isFalse();
      Bits.requireSame(label("as before"), before, forward(parts, spectrum));
    }
  }

  private Tensor decay() {
    try (Tensor host = Tensor.zeros(type().kernelType(), HIDDEN)) {
      host.fill(1);
      return host.copyTo(backend());
    }
  }

  private static void refusesKernel(
      KernelParameters parameters, Tensor kernel, KernelSpectrum spectrum, String text) {
    assertThatThrownBy(() -> spectrum.synthesize(parameters, kernel))
        .isInstanceOf(SgConvException.class)
        .hasMessageContaining("kernel")
        .hasMessageContaining(text);
  }

  private static void refuses(
      ConvolutionParts parts,
      KernelParameters parameters,
      Class<? extends SgConvException> expected,
      String... texts) {
    long open = Tensor.openCount();
    assertThatThrownBy(() -> parts.convolution.prepare(parameters))
        .isInstanceOf(expected)
        .hasMessageContainingAll(texts);
    assertThat(Tensor.openCount()).isEqualTo(open);
  }

  private KernelParameters parameters(KernelSpec spec) {
    return KernelParameters.random(backend(), spec, type().kernelType(), Seed.VALUE);
  }

  private ConvolutionParts parts(ConvolutionMode mode, int length) {
    ConvolutionCase at = ConvolutionCase.plain(mode, BATCH, HEADS, HIDDEN, length);
    Random random = Seed.random(at);
    return new ConvolutionParts(backend(), type(), Operands.random(at, type(), random));
  }
}
