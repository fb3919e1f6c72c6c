package org.sgconv.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.ClosedException;
import org.sgconv.ConvolutionMode;
import org.sgconv.HostMemoryException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.SgConvException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.TensorClosedException;
import org.sgconv.TypeMismatchException;
import org.sgconv.conv.Gates;
import org.sgconv.conv.Gradients;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.conv.OptionalOperands;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Wrong calls end in a typed exception that names the value; the backend works on after each. */
interface Misuse extends BackendUnderTest {

  ConvolutionCase CASE =
      ConvolutionCase.plain(ConvolutionMode.BIDIRECTIONAL, 2, 2, 3, 10).withEverything();

  @Test
  default void wrongShapesAreNamed() {
    withParts(
        (parts, spectrum) -> {
          LongConvolution it = parts.convolution;
          try (Tensor rank2 = tensor(3, 10);
              Tensor hidden = tensor(2, 4, 10);
              Tensor length = tensor(2, 3, 11);
              Tensor batch = tensor(5, 3, 10);
              Tensor oneDirection = kernelTensor(2, 3, 10);
              Tensor wrongSkip = kernelTensor(3, 2);
              Tensor wrongY = tensor(2, 3, 10)) {
            for (Tensor u : new Tensor[] {rank2, hidden, length}) {
              refuses(ShapeMismatchException.class, u, () -> it.forward(spectrum, u));
            }
            refuses(ShapeMismatchException.class, oneDirection, () -> it.prepare(oneDirection));
            refuses(
                ShapeMismatchException.class, wrongSkip, () -> it.prepare(parts.kernel, wrongSkip));
            refuses(
                ShapeMismatchException.class,
                wrongY,
                () -> it.forward(spectrum, parts.u, Gates.none(), wrongY));
            refuses(
                ShapeMismatchException.class,
                batch,
                () -> it.forward(spectrum, parts.u, Gates.pre(batch)));
            refuses(
                ShapeMismatchException.class,
                batch,
                () -> it.forward(spectrum, parts.u, Gates.post(batch)));
            refuses(
                ShapeMismatchException.class, wrongY, () -> it.backward(spectrum, parts.u, wrongY));
          }
        });
  }

  /** Batches that no call can have. */
  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, -1, 0, Long.MAX_VALUE / 8, Long.MAX_VALUE})
  default void batchesOfNoCallAreNamed(long batch) {
    withParts(
        (parts, spectrum) ->
            assertThatThrownBy(() -> parts.convolution.workspaceBytes(batch))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("batch is " + batch));
  }

  @Test
  default void otherElementTypesAreNamed() {
    DType other = type().kernelType() == DType.FLOAT32 ? DType.FLOAT64 : DType.FLOAT32;
    withParts(
        (parts, spectrum) -> {
          try (Tensor u = parts.u.to(other);
              Tensor kernel = parts.kernel.to(other);
              Tensor y = Tensor.zeros(other, 2, 6, 10)) {
            LongConvolution it = parts.convolution;
            assertThatThrownBy(() -> it.forward(spectrum, u))
                .isInstanceOf(TypeMismatchException.class)
                .hasMessageContaining(other.name());
            assertThatThrownBy(() -> it.prepare(kernel)).isInstanceOf(TypeMismatchException.class);
            assertThatThrownBy(() -> it.forward(spectrum, parts.u, Gates.none(), y))
                .isInstanceOf(TypeMismatchException.class);
          }
        });
  }

  @Test
  default void elementTypesThatABackendDoesNotTakeAreRefused() {
    for (DType other : DType.values()) {
      if (!LongConvolution.supportedTypes(backend()).contains(other)) {
        KernelSpec spec = KernelSpec.builder().hidden(2).kernelDim(4).scales(2).build();
        assertThatThrownBy(
                () -> LongConvolution.create(backend(), ConvolutionMode.CAUSAL, 1, 1, 8, other))
            .isInstanceOf(TypeMismatchException.class)
            .hasMessageContaining(other.name())
            .hasMessageContaining(LongConvolution.supportedTypes(backend()).toString());
        assertThatThrownBy(
                () -> {
                  try (KernelParameters parameters = KernelParameters.random(spec, other, 1)) {
                    KernelSynthesis.on(backend()).forward(parameters, 8).close();
                  }
                })
            .isInstanceOf(TypeMismatchException.class)
            .hasMessageContaining(other.name());
      }
    }
  }

  @Test
  default void closedThingsSaySo() {
    withParts(
        (parts, spectrum) -> {
          LongConvolution it = parts.convolution;
          Tensor gone = tensor(2, 3, 10);
          gone.close();
          gone.close(); // closing twice does nothing
          assertThatThrownBy(() -> it.forward(spectrum, gone))
              .isInstanceOf(TensorClosedException.class);
          assertThatThrownBy(() -> it.forward(spectrum, parts.u, Gates.pre(gone)))
              .isInstanceOf(TensorClosedException.class);
          try (Gradients gradients =
              OptionalOperands.gradients(tensor(2, 3, 10), null, null, null, null)) {
            Tensor closedDy = tensor(2, 6, 10);
            closedDy.close();
            assertThatThrownBy(
                    () -> it.backward(spectrum, parts.u, Gates.none(), closedDy, gradients))
                .isInstanceOf(TensorClosedException.class);
          }
          KernelSpectrum ended = it.prepare(parts.kernel);
          ended.close();
          ended.close();
          assertThatThrownBy(() -> it.forward(ended, parts.u)).isInstanceOf(ClosedException.class);
          LongConvolution over =
              LongConvolution.create(backend(), ConvolutionMode.CAUSAL, 1, 3, 10, type());
          over.close();
          over.close();
          assertThatThrownBy(() -> over.prepare(parts.kernel)).isInstanceOf(SgConvException.class);
        });
  }

  @Test
  default void outputsMayNotOverlapInputs() {
    try (LongConvolution it =
            LongConvolution.create(backend(), ConvolutionMode.CAUSAL, 1, 3, 10, type());
        Tensor both = tensor(3, 3, 10);
        Tensor kernel = kernelTensor(1, 3, 10);
        KernelSpectrum spectrum = it.prepare(kernel);
        Tensor u = both.slice(0, 2);
        Tensor y = both.slice(1, 3)) {
      assertThatThrownBy(() -> it.forward(spectrum, u, Gates.none(), y))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("overlap");
    }
  }

  @Test
  default void whatACallHasNotHasNoGradient() {
    withParts(
        (parts, spectrum) -> {
          try (Gradients pre =
              OptionalOperands.gradients(null, null, null, tensor(2, 3, 10), null)) {
            assertThatThrownBy(
                    () ->
                        parts.convolution.backward(spectrum, parts.u, Gates.none(), parts.dy, pre))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("pre");
          }
        });
  }

  @Test
  default void spectraBelongToTheirConvolution() {
    withParts(
        (parts, spectrum) -> {
          try (ConvolutionParts other = parts()) {
            assertThatThrownBy(() -> other.convolution.forward(spectrum, other.u))
                .isInstanceOf(InvalidArgumentException.class);
          }
        });
  }

  /** Memory confined to a thread is refused on another and works on its own. */
  @Test
  default void confinedMemoryStaysWithItsThread() throws InterruptedException {
    AtomicReference<Throwable> seen = new AtomicReference<>();
    try (ConvolutionParts parts = parts();
        KernelSpectrum spectrum = parts.convolution.prepare(parts.kernel, parts.skip);
        Arena confined = Arena.ofConfined()) {
      MemorySegment memory = confined.allocate(parts.u.byteSize(), 64);
      memory.copyFrom(parts.u.segment());
      try (Tensor u = Tensor.wrap(memory, type(), 2, 3, 10);
          Tensor expected = parts.convolution.forward(spectrum, parts.u);
          Tensor y = parts.convolution.forward(spectrum, u)) {
        Bits.requireSame(label(CASE), expected.toDoubleArray(), y.toDoubleArray());
        Thread other =
            new Thread(
                () -> seen.set(catchThrowable(() -> parts.convolution.forward(spectrum, u))));
        other.start();
        other.join();
      }
    }
    assertThat(seen.get()).isInstanceOf(InvalidArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, -1, 0, (1L << 40) + 1, Long.MAX_VALUE})
  default void lengthsOutOfRangeAreNamed(long length) {
    assertThatThrownBy(
            () -> LongConvolution.create(backend(), ConvolutionMode.CAUSAL, 1, 1, length, type()))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining(String.valueOf(length));
  }

  /** Legal, but no machine has the memory: refused before anything is touched. */
  @ParameterizedTest
  @EnumSource
  default void absurdLengthsAreRefused(ConvolutionMode mode) {
    Throwable refusal =
        catchThrowable(
            () -> LongConvolution.create(backend(), mode, 1, 1, 1L << 40, type()).close());
    assertThat(refusal)
        .isInstanceOfAny(HostMemoryException.class, InvalidArgumentException.class)
        .hasMessageContaining(String.valueOf(1L << 40));
  }

  /** A plan of many rows is small, its spectrum is not. */
  @Test
  default void absurdNumbersOfRowsAreRefused() {
    int many = Integer.MAX_VALUE / 2;
    Throwable refusal =
        catchThrowable(
            () -> {
              try (LongConvolution it =
                      LongConvolution.create(
                          backend(), ConvolutionMode.CAUSAL, many, many, 8, type());
                  Tensor kernel = kernelTensor(many, many, 8)) {
                it.prepare(kernel).close();
              }
            });
    assertThat(refusal).isInstanceOfAny(HostMemoryException.class, InvalidArgumentException.class);
  }

  @Test
  default void kernelsThatDoNotFitTheirParametersAreNamed() {
    KernelSpec spec = KernelSpec.builder().hidden(3).kernelDim(4).scales(2).build();
    KernelSynthesis synthesis = KernelSynthesis.on(backend());
    try (KernelParameters parameters =
            KernelParameters.random(backend(), spec, type().kernelType(), 1);
        Tensor wrong = kernelTensor(1, 4, 8)) {
      refuses(ShapeMismatchException.class, wrong, () -> synthesis.forward(parameters, wrong));
      refuses(ShapeMismatchException.class, wrong, () -> synthesis.backward(parameters, wrong));
      for (long length : new long[] {-3, 0}) {
        assertThatThrownBy(() -> synthesis.forward(parameters, length))
            .isInstanceOf(InvalidArgumentException.class)
            .hasMessageContaining(String.valueOf(length));
      }
      assertThatThrownBy(() -> synthesis.forward(parameters, 1L << 40))
          .isInstanceOf(SgConvException.class);
    }
  }

  /** Does something wrong with a working convolution, which must work as before afterwards. */
  private void withParts(Abuse abuse) {
    try (ConvolutionParts parts = parts();
        KernelSpectrum spectrum = parts.convolution.prepare(parts.kernel, parts.skip);
        Tensor before = parts.convolution.forward(spectrum, parts.u, parts.gates)) {
      abuse.run(parts, spectrum);
      try (Tensor after = parts.convolution.forward(spectrum, parts.u, parts.gates)) {
        Bits.requireSame("after misuse", before.toDoubleArray(), after.toDoubleArray());
      }
    }
  }

  /** A wrong use. */
  interface Abuse {
    void run(ConvolutionParts parts, KernelSpectrum spectrum);
  }

  private ConvolutionParts parts() {
    return new ConvolutionParts(
        backend(), type(), Operands.random(CASE, type(), Seed.random(CASE)));
  }

  private Tensor kernelTensor(long... dims) {
    return Tensor.zeros(backend(), type().kernelType(), dims);
  }

  private Tensor tensor(long... dims) {
    return Tensor.zeros(backend(), type(), dims);
  }

  private static void refuses(
      Class<? extends SgConvException> expected, Tensor culprit, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(expected)
        .hasMessageContaining(culprit.shape().toString());
  }
}
