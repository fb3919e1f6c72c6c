package org.sgconv.conv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.sgconv.BackendUnavailableException;
import org.sgconv.ConvolutionMode;
import org.sgconv.HostMemoryException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.TensorClosedException;
import org.sgconv.TypeMismatchException;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.spi.RecordingBackend;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Shape;
import org.sgconv.tensor.Tensor;

/** What reaches a backend and what does not: B = 2, C = 3, H = 4, L = 5, bidirectional. */
class LongConvolutionTest {

  private final RecordingBackend provider = new RecordingBackend(DType.FLOAT32);
  private final long openBefore = Tensor.openCount();
  private final LongConvolution convolution =
      LongConvolution.create(provider.backend, ConvolutionMode.BIDIRECTIONAL, 3, 4, 5);
  private final Tensor kernel = zeros(6, 4, 5);
  private final Tensor skip = zeros(3, 4);
  private final Tensor u = zeros(2, 4, 5);
  private final Tensor gate = zeros(2, 4, 5);
  private final Tensor y = zeros(2, 12, 5);
  private final KernelSpectrum spectrum = convolution.prepare(kernel, skip);

  private static Tensor zeros(long... dims) {
    return Tensor.zeros(DType.FLOAT32, dims);
  }

  @AfterEach
  void nothingLeaks() {
    Tensor.closeAll(kernel, skip, u, gate, y);
    convolution.close();
    assertThat(provider.open).hasValue(0);
    assertThat(Tensor.openCount()).isEqualTo(openBefore);
  }

  @Test
  void knowsItsShape() {
    assertThat(convolution.heads()).isEqualTo(3);
    assertThat(convolution.hidden()).isEqualTo(4);
    assertThat(convolution.channels()).isEqualTo(6);
    assertThat(convolution.length()).isEqualTo(5);
    assertThat(convolution.mode()).isEqualTo(ConvolutionMode.BIDIRECTIONAL);
    assertThat(convolution.type()).isEqualTo(DType.FLOAT32);
    assertThat(convolution.backend()).isSameAs(provider.backend);
    assertThat(convolution.path()).isEmpty();
    assertThat(convolution)
        .hasToString(
            "LongConvolution[recording, BIDIRECTIONAL, heads=3, hidden=4, length=5, FLOAT32]");
    assertThat(spectrum.byteSize()).isEqualTo(128);
    assertThat(spectrum.hasSkip()).isTrue();
  }

  @Test
  void aKernelThatIsReadOnlyIsNotWritten() {
    KernelSpec spec =
        KernelSpec.builder()
            .mode(ConvolutionMode.BIDIRECTIONAL)
            .heads(3)
            .hidden(4)
            .kernelDim(4)
            .scales(1)
            .build();
    try (KernelParameters parameters = KernelParameters.random(spec, DType.FLOAT32, 1);
        Tensor readOnly = Tensor.wrap(kernel.segment().asReadOnly(), DType.FLOAT32, 6, 4, 5)) {
      provider.calls.clear();
      assertThatThrownBy(() -> spectrum.synthesize(parameters, skip, readOnly))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("kernel")
          .hasMessageContaining("read-only");
      assertThat(provider.calls).isEmpty();
      spectrum.synthesize(parameters, skip, kernel);
      assertThat(provider.calls).containsExactly("norm", "prepare from parameters with skip");
    }
  }

  @Test
  void validCallsReachTheBackend() {
    try (Tensor made = convolution.forward(spectrum, u)) {
      assertThat(made.shape()).isEqualTo(Shape.of(2, 12, 5));
    }
    convolution.forward(spectrum, u, Gates.pre(gate), y);
    convolution.forward(spectrum, u, Gates.of(gate, gate), y);
    spectrum.prepare(kernel);
    assertThat(spectrum.hasSkip()).isFalse();
    try (KernelSpectrum second = convolution.prepare(kernel)) {
      assertThat(second.hasSkip()).isFalse();
    }
    assertThat(provider.calls)
        .containsExactly(
            "plan",
            "prepare with skip",
            "forward",
            "forward pre",
            "forward pre post",
            "prepare",
            "prepare");
  }

  /** Kernels of another length than the signals, from a spec, and what is said by default. */
  @Test
  void buildersSayWhatIsNotTheDefault() {
    try (LongConvolution least = LongConvolution.builder(provider.backend).length(9).build();
        LongConvolution other =
            LongConvolution.builder(provider.backend)
                .mode(ConvolutionMode.BIDIRECTIONAL)
                .heads(3)
                .hidden(4)
                .length(5)
                .kernelLength(2)
                .type(DType.FLOAT32)
                .build();
        LongConvolution ofSpec =
            LongConvolution.create(
                provider.backend,
                KernelSpec.builder()
                    .mode(ConvolutionMode.BIDIRECTIONAL)
                    .heads(2)
                    .hidden(7)
                    .maxLength(64)
                    .build(),
                33);
        Tensor shorter = zeros(6, 4, 2);
        KernelSpectrum prepared = other.prepare(shorter)) {
      assertThat(least)
          .hasToString("LongConvolution[recording, CAUSAL, heads=1, hidden=1, length=9, FLOAT32]");
      assertThat(least.kernelLength()).isEqualTo(9);
      assertThat(other.kernelLength()).isEqualTo(2);
      assertThat(other)
          .hasToString(
              "LongConvolution[recording, BIDIRECTIONAL, heads=3, hidden=4, length=5,"
                  + " kernelLength=2, FLOAT32]");
      assertThat(ofSpec)
          .hasToString(
              "LongConvolution[recording, BIDIRECTIONAL, heads=2, hidden=7, length=33, FLOAT32]");
      assertThatThrownBy(() -> other.prepare(kernel))
          .isInstanceOf(ShapeMismatchException.class)
          .hasMessage("kernel (C',H,K) has shape (6, 4, 5), expected (6, 4, 2)");
      try (Gradients gradients = other.backward(prepared, u, y)) {
        assertThat(gradients.kernel().shape()).isEqualTo(Shape.of(6, 4, 2));
      }
    }
    assertThatThrownBy(() -> LongConvolution.builder(provider.backend).build())
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("give it with length(...)");
  }

  @Test
  void lengthsReachTheBackend() {
    RowLengths lengths = RowLengths.of(5, 3);
    convolution.forward(spectrum, u, Gates.none(), lengths, y);
    assertThat(provider.lengths).isEqualTo(lengths.segment());
    convolution.forward(spectrum, u, Gates.none(), y);
    assertThat(provider.lengths).isNull();
    convolution.forward(spectrum, u, lengths).close();
    assertThat(provider.lengths).isEqualTo(lengths.segment());
    convolution.backward(spectrum, u, y).close();
    assertThat(provider.lengths).isNull();
    convolution.backward(spectrum, u, lengths, y).close();
    assertThat(provider.lengths).isEqualTo(lengths.segment());
  }

  @Test
  void lentTensorsStayOpen() {
    try (Tensor du = zeros(2, 4, 5)) {
      Gradients lent = Gradients.into().input(du).build();
      convolution.backward(spectrum, u, Gates.none(), y, lent);
      lent.close();
      assertThat(du.isClosed()).isFalse();
      convolution.backward(spectrum, u, Gates.none(), y, lent);
    }
  }

  /** Operands that were checked once are checked no more, but must still be open. */
  @Test
  void theSameOperandsAgainMustStillBeOpen() {
    Tensor gone = zeros(2, 4, 5);
    convolution.forward(spectrum, gone, Gates.none(), y);
    gone.close();
    provider.calls.clear();
    assertThatThrownBy(() -> convolution.forward(spectrum, gone, Gates.none(), y))
        .isInstanceOf(TensorClosedException.class);
    assertThat(provider.calls).isEmpty();
  }

  @Test
  @SuppressWarnings("NullAway") // what a program that is not checked for null does
  void nullIsNamed() {
    assertThatThrownBy(() -> LongConvolution.create(null, ConvolutionMode.CAUSAL, 1, 1, 4))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("backend");
    assertThatThrownBy(() -> convolution.prepare((Tensor) null)).hasMessage("kernel");
    assertThatThrownBy(() -> convolution.prepare(kernel, null)).hasMessage("skip");
    assertThatThrownBy(() -> convolution.prepare((KernelParameters) null)).hasMessage("parameters");
    assertThatThrownBy(() -> convolution.forward(null, u)).hasMessage("spectrum");
    assertThatThrownBy(() -> convolution.forward(spectrum, null)).hasMessage("u");
    assertThatThrownBy(() -> convolution.forward(spectrum, u, (Gates) null)).hasMessage("gates");
    assertThatThrownBy(() -> convolution.forward(spectrum, u, (RowLengths) null))
        .hasMessage("lengths");
    assertThatThrownBy(() -> convolution.forward(spectrum, u, Gates.none(), (Tensor) null))
        .hasMessage("y");
    assertThatThrownBy(() -> convolution.backward(spectrum, u, (Tensor) null)).hasMessage("dy");
    assertThatThrownBy(() -> convolution.backward(spectrum, u, Gates.none(), y, (Gradients) null))
        .hasMessage("into");
    assertThatThrownBy(() -> Gates.pre(null)).hasMessage("pre");
    assertThatThrownBy(() -> Gradients.into().kernel(null)).hasMessage("kernel");
  }

  @Test
  void backwardAllocatesWhatTheCallHas() {
    try (Gradients gradients = convolution.backward(spectrum, u, y)) {
      assertThat(gradients.input().shape()).isEqualTo(Shape.of(2, 4, 5));
      assertThat(gradients.kernel().shape()).isEqualTo(Shape.of(6, 4, 5));
      assertThat(gradients.skip().orElseThrow().shape()).isEqualTo(Shape.of(3, 4));
      assertThat(gradients.pre()).isEmpty();
      assertThat(gradients.post()).isEmpty();
      assertThat(provider.targets).isSameAs(gradients.targets());
    }
    spectrum.prepare(kernel);
    try (Gradients gradients = convolution.backward(spectrum, u, Gates.of(gate, gate), y)) {
      assertThat(gradients.skip()).isEmpty();
      assertThat(gradients.pre().orElseThrow().shape()).isEqualTo(Shape.of(2, 4, 5));
      assertThat(gradients.post().orElseThrow().shape()).isEqualTo(Shape.of(2, 4, 5));
    }
  }

  @Test
  void onlyWhatIsWantedIsAskedFor() {
    try (Gradients wanted = OptionalOperands.gradients(null, zeros(6, 4, 5), null, null, null)) {
      convolution.backward(spectrum, u, Gates.none(), y, wanted);
      assertThat(provider.targets.input()).isNull();
      assertThat(provider.targets.kernel()).isSameAs(wanted.kernel());
      assertThatThrownBy(wanted::input)
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessage("the gradient of the input was not asked for");
    }
    assertThatThrownBy(() -> Gradients.into().build()).isInstanceOf(InvalidArgumentException.class);
  }

  @Test
  void refusesOtherShapes() {
    try (Tensor wrong = zeros(2, 5, 4);
        Tensor single = zeros(4, 5);
        Tensor batch = zeros(3, 12, 5)) {
      assertThatThrownBy(() -> convolution.forward(spectrum, wrong))
          .isInstanceOf(ShapeMismatchException.class)
          .hasMessage("u has shape (2, 5, 4), expected (B,H,L) = (any B, 4, 5)");
      assertThatThrownBy(() -> convolution.forward(spectrum, single))
          .isInstanceOf(ShapeMismatchException.class);
      assertThatThrownBy(() -> convolution.forward(spectrum, u, Gates.none(), u))
          .isInstanceOf(ShapeMismatchException.class)
          .hasMessage("y has shape (2, 4, 5), expected (B,C·H,L) = (any B, 12, 5)");
      assertThatThrownBy(() -> convolution.forward(spectrum, u, Gates.none(), batch))
          .isInstanceOf(ShapeMismatchException.class)
          .hasMessageContaining("y has shape (3, 12, 5) with batch size 3, expected that of u: 2");
      assertThatThrownBy(() -> convolution.forward(spectrum, u, Gates.pre(wrong), y))
          .isInstanceOf(ShapeMismatchException.class)
          .hasMessageContaining("pre");
      assertThatThrownBy(() -> convolution.forward(spectrum, u, Gates.post(y), y))
          .isInstanceOf(ShapeMismatchException.class)
          .hasMessageContaining("post");
      assertThatThrownBy(() -> convolution.backward(spectrum, u, batch))
          .isInstanceOf(ShapeMismatchException.class)
          .hasMessageContaining("dy");
      assertThatThrownBy(() -> convolution.prepare(u))
          .isInstanceOf(ShapeMismatchException.class)
          .hasMessage("kernel (C',H,K) has shape (2, 4, 5), expected (6, 4, 5)");
      assertThatThrownBy(() -> convolution.prepare(kernel, single))
          .isInstanceOf(ShapeMismatchException.class)
          .hasMessage("skip (C,H) has shape (4, 5), expected (3, 4)");
    }
    assertThat(provider.calls).containsExactly("plan", "prepare with skip");
  }

  @Test
  void refusesGradientsOfOtherShapes() {
    assertRefused(zeros(2, 4, 6), null, null, null, null, "gradient of u");
    assertRefused(null, zeros(3, 4, 5), null, null, null, "gradient of kernel");
    assertRefused(null, null, zeros(6, 4), null, null, "gradient of skip");
    assertRefused(null, null, null, zeros(1, 4, 5), null, "gradient of pre");
    assertRefused(null, null, null, null, zeros(2, 12, 5), "gradient of post");
  }

  private void assertRefused(
      Tensor input, Tensor ofKernel, Tensor ofSkip, Tensor pre, Tensor post, String name) {
    try (Gradients wrong = OptionalOperands.gradients(input, ofKernel, ofSkip, pre, post)) {
      assertThatThrownBy(() -> convolution.backward(spectrum, u, Gates.of(gate, gate), y, wrong))
          .isInstanceOf(ShapeMismatchException.class)
          .hasMessageStartingWith(name);
    }
  }

  @Test
  void refusesOtherTypes() {
    try (Tensor wide = Tensor.zeros(DType.FLOAT64, 2, 4, 5);
        Tensor wideKernel = Tensor.zeros(DType.FLOAT64, 6, 4, 5);
        Tensor wideOutput = Tensor.zeros(DType.FLOAT64, 2, 12, 5);
        Tensor wideSkip = Tensor.zeros(DType.FLOAT64, 3, 4)) {
      assertThatThrownBy(() -> convolution.forward(spectrum, wide))
          .isInstanceOf(TypeMismatchException.class)
          .hasMessage("u is FLOAT64, expected FLOAT32: convert it with to(FLOAT32)");
      assertThatThrownBy(() -> convolution.forward(spectrum, u, Gates.none(), wideOutput))
          .isInstanceOf(TypeMismatchException.class);
      assertThatThrownBy(() -> convolution.forward(spectrum, u, Gates.post(wide), y))
          .isInstanceOf(TypeMismatchException.class);
      assertThatThrownBy(() -> convolution.backward(spectrum, u, wideOutput))
          .isInstanceOf(TypeMismatchException.class);
      assertThatThrownBy(() -> convolution.prepare(wideKernel))
          .isInstanceOf(TypeMismatchException.class);
      assertThatThrownBy(() -> convolution.prepare(kernel, wideSkip))
          .isInstanceOf(TypeMismatchException.class);
    }
    assertThatThrownBy(
            () ->
                LongConvolution.create(
                    provider.backend, ConvolutionMode.CAUSAL, 1, 1, 1, DType.FLOAT64))
        .isInstanceOf(TypeMismatchException.class);
  }

  @Test
  void refusesOutputsThatShareMemory() {
    try (Tensor pool = zeros(16, 4, 5)) {
      Tensor signal = pool.slice(5, 7);
      Tensor output = pool.slice(0, 6).reshape(2, 12, 5);
      assertThatThrownBy(() -> convolution.forward(spectrum, signal, Gates.none(), output))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessage("y overlaps u in memory: give it memory of its own");
      assertThatThrownBy(() -> convolution.forward(spectrum, u, Gates.pre(signal), output))
          .hasMessageContaining("y overlaps pre");
      assertThatThrownBy(() -> convolution.forward(spectrum, u, Gates.post(signal), output))
          .hasMessageContaining("y overlaps post");
      // Inputs may share memory with each other.
      convolution.forward(spectrum, signal, Gates.of(signal, signal), y);
      convolution.forward(spectrum, signal, Gates.none(), pool.slice(7, 13).reshape(2, 12, 5));
      Tensor target = pool.slice(4, 6);
      assertOverlap(
          signal, Gates.none(), y, OptionalOperands.gradients(target, null, null, null, null), "u");
      assertOverlap(
          u,
          Gates.none(),
          output,
          OptionalOperands.gradients(target, null, null, null, null),
          "dy");
      assertOverlap(
          u,
          Gates.none(),
          y,
          OptionalOperands.gradients(target, pool.slice(0, 6).reshape(6, 4, 5), null, null, null),
          "gradient of kernel");
      assertOverlap(
          u,
          Gates.of(gate, gate),
          y,
          OptionalOperands.gradients(null, null, null, target, signal),
          "gradient of post");
      assertOverlap(
          u,
          Gates.pre(signal),
          y,
          OptionalOperands.gradients(null, null, null, target, null),
          "pre");
    }
  }

  private void assertOverlap(Tensor input, Gates gates, Tensor dy, Gradients into, String name) {
    assertThatThrownBy(() -> convolution.backward(spectrum, input, gates, dy, into))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining(" overlaps " + name + " in memory");
  }

  @Test
  void refusesGradientsThatTheCallDoesNotHave() {
    try (Gradients gates =
            OptionalOperands.gradients(null, null, null, zeros(2, 4, 5), zeros(2, 4, 5));
        Gradients ofSkip = OptionalOperands.gradients(null, null, zeros(3, 4), null, null)) {
      assertThatThrownBy(() -> convolution.backward(spectrum, u, Gates.pre(gate), y, gates))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("gradient of the gate 'post' is asked for");
      convolution.backward(spectrum, u, Gates.none(), y, ofSkip);
      spectrum.prepare(kernel);
      assertThatThrownBy(() -> convolution.backward(spectrum, u, Gates.none(), y, ofSkip))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("the spectrum was prepared without one");
    }
  }

  @Test
  void refusesClosedTensorsBeforeTheBackend() {
    Tensor closed = zeros(2, 4, 5);
    closed.close();
    Tensor closedKernel = zeros(6, 4, 5);
    closedKernel.close();
    Tensor closedOutput = zeros(2, 12, 5);
    closedOutput.close();
    assertThatThrownBy(() -> convolution.prepare(closedKernel))
        .isInstanceOf(TensorClosedException.class);
    assertThatThrownBy(() -> convolution.forward(spectrum, closed))
        .isInstanceOf(TensorClosedException.class);
    assertThatThrownBy(() -> convolution.forward(spectrum, u, Gates.pre(closed), y))
        .isInstanceOf(TensorClosedException.class);
    assertThatThrownBy(() -> convolution.forward(spectrum, u, Gates.none(), closedOutput))
        .isInstanceOf(TensorClosedException.class);
    assertThatThrownBy(() -> convolution.backward(spectrum, u, closedOutput))
        .isInstanceOf(TensorClosedException.class);
    assertThat(provider.calls).containsExactly("plan", "prepare with skip");
  }

  @Test
  void refusesSizesOutOfRange() {
    for (long length : new long[] {0, -1, (1L << 40) + 1}) {
      assertThatThrownBy(
              () -> LongConvolution.create(provider.backend, ConvolutionMode.CAUSAL, 1, 1, length))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessage("length is " + length + ": must be from 1 to 1099511627776");
    }
    assertThatThrownBy(
            () -> LongConvolution.create(provider.backend, ConvolutionMode.CAUSAL, 0, 1, 1))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("heads is 0");
    assertThatThrownBy(
            () -> LongConvolution.create(provider.backend, ConvolutionMode.CAUSAL, 1, -3, 1))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("hidden is -3");
    assertThatThrownBy(
            () ->
                LongConvolution.create(
                    provider.backend, ConvolutionMode.BIDIRECTIONAL, Integer.MAX_VALUE, 1, 1))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("heads is 2147483647");
  }

  @Test
  void anOutputThatDoesNotFitIsATypedError() {
    try (LongConvolution wide =
            LongConvolution.create(provider.backend, ConvolutionMode.CAUSAL, 1 << 30, 1 << 20, 5);
        Tensor signal = zeros(1, 1 << 20, 5)) {
      long open = Tensor.openCount();
      KernelSpectrum none = null;
      assertThatThrownBy(() -> wide.forward(none, signal))
          .isInstanceOf(HostMemoryException.class)
          .hasMessageContaining("(1, 1125899906842624, 5)");
      assertThat(Tensor.openCount()).isEqualTo(open);
    }
  }

  @Test
  void takesTheBackendsTypeWhereItHasNoFloat32() {
    RecordingBackend wide = new RecordingBackend(DType.FLOAT64);
    try (LongConvolution only =
            LongConvolution.create(wide.backend, ConvolutionMode.CAUSAL, 1, 1, 1);
        LongConvolution both =
            LongConvolution.create(
                new RecordingBackend(DType.FLOAT64, DType.FLOAT32).backend,
                ConvolutionMode.CAUSAL,
                1,
                1,
                1)) {
      assertThat(only.type()).isEqualTo(DType.FLOAT64);
      assertThat(both.type()).isEqualTo(DType.FLOAT32);
    }
    wide.cause = Optional.of(new IllegalStateException("gone"));
    assertThatThrownBy(() -> LongConvolution.create(wide.backend, ConvolutionMode.CAUSAL, 1, 1, 1))
        .isInstanceOf(BackendUnavailableException.class);
  }

  @Test
  void aFailingBackendLeavesNothingBehind() {
    int spectra = provider.open.get();
    long open = Tensor.openCount();
    provider.inside =
        () -> {
          throw new UnsupportedOperationException("injected");
        };
    assertThatThrownBy(() -> convolution.prepare(kernel)).hasMessage("injected");
    assertThat(provider.open).hasValue(spectra);
    assertThatThrownBy(() -> convolution.forward(spectrum, u)).hasMessage("injected");
    assertThatThrownBy(() -> convolution.backward(spectrum, u, y)).hasMessage("injected");
    assertThat(Tensor.openCount()).isEqualTo(open);
    assertThatThrownBy(() -> spectrum.prepare(kernel)).hasMessage("injected");
    provider.inside = () -> {};
    assertThatThrownBy(() -> convolution.forward(spectrum, u))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("holds no kernel");
    spectrum.prepare(kernel);
    convolution.forward(spectrum, u, Gates.none(), y);
  }
}
