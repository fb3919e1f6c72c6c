package org.sgconv.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sgconv.BackendUnavailableException;
import org.sgconv.DecayLaw;
import org.sgconv.HostMemoryException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.ShapeMismatchException;
import org.sgconv.TensorClosedException;
import org.sgconv.TypeMismatchException;
import org.sgconv.spi.RecordingBackend;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Shape;
import org.sgconv.tensor.Tensor;

/** What reaches a backend and what does not. */
@Timeout(60)
class KernelSynthesisTest {

  private final long openBefore = Tensor.openCount();
  private final RecordingBackend provider = new RecordingBackend(DType.FLOAT64);
  private final KernelSynthesis synthesis = KernelSynthesis.on(provider.backend);

  @AfterEach
  void nothingLeaks() {
    assertThat(Tensor.openCount()).isEqualTo(openBefore);
  }

  private static KernelParameters parameters(DecayLaw law) {
    KernelSpec spec =
        KernelSpec.builder().hidden(3).heads(2).maxLength(16).kernelDim(4).decay(law).build();
    return KernelParameters.random(spec, DType.FLOAT64, 1);
  }

  @Test
  void takesTheNormOnceAndFirst() {
    try (KernelParameters parameters = parameters(DecayLaw.GEOMETRIC)) {
      try (Tensor kernel = synthesis.forward(parameters, 10)) {
        assertThat(kernel.shape()).isEqualTo(Shape.of(2, 3, 10));
        assertThat(kernel.get(1, 2, 9)).isEqualTo(2);
      }
      Tensor norm = parameters.norm().orElseThrow();
      assertThat(norm.shape()).isEqualTo(Shape.of(2, 3));
      provider.norm = 7;
      parameters.weights().fill(0);
      synthesis.norm(parameters);
      synthesis.forward(parameters, 5).close();
      assertThat(parameters.norm()).containsSame(norm);
      assertThat(norm.get(0, 0)).isEqualTo(2);
      assertThat(provider.calls).containsExactly("norm", "synthesize", "synthesize");
    }
  }

  @Test
  void aGivenNormIsKept() {
    try (KernelParameters drawn = parameters(DecayLaw.GEOMETRIC)) {
      Tensor norm = Tensor.of(new double[] {3, 3, 3, 3, 3, 3}, 2, 3);
      try (KernelParameters given =
          KernelParameters.of(drawn.spec(), drawn.weights().copy(), drawn.decay().copy(), norm)) {
        synthesis.norm(given);
        try (Tensor kernel = synthesis.forward(given, 4)) {
          assertThat(kernel.get(0, 0, 0)).isEqualTo(3);
        }
        assertThat(provider.calls).containsExactly("synthesize");
      }
    }
  }

  @Test
  void aNormThatIsClosedIsNeitherGivenOutNorUsed() {
    try (KernelParameters parameters = parameters(DecayLaw.GEOMETRIC);
        Tensor kernel = Tensor.zeros(DType.FLOAT64, 2, 3, 4)) {
      synthesis.norm(parameters).close();
      provider.calls.clear();
      assertThatThrownBy(() -> synthesis.norm(parameters))
          .isInstanceOf(TensorClosedException.class);
      assertThatThrownBy(() -> synthesis.forward(parameters, kernel))
          .isInstanceOf(TensorClosedException.class);
      assertThatThrownBy(() -> synthesis.backward(parameters, kernel))
          .isInstanceOf(TensorClosedException.class);
      assertThat(provider.calls).isEmpty();
    }
  }

  @Test
  void manyThreadsTakeOneNorm() throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    try (KernelParameters parameters = parameters(DecayLaw.GEOMETRIC);
        ExecutorService pool = Executors.newFixedThreadPool(4)) {
      List<Future<?>> callers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        callers.add(
            pool.submit(
                () -> {
                  start.await();
                  synthesis.norm(parameters);
                  return null;
                }));
      }
      start.countDown();
      for (Future<?> caller : callers) {
        caller.get(10, TimeUnit.SECONDS);
      }
      assertThat(provider.calls).containsExactly("norm");
    }
  }

  @Test
  void aNormThatCannotDivideIsAnErrorAndNotKept() {
    try (KernelParameters parameters = parameters(DecayLaw.GEOMETRIC)) {
      for (double bad : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
        provider.norm = bad;
        assertThatThrownBy(() -> synthesis.forward(parameters, 4))
            .isInstanceOf(InvalidArgumentException.class)
            .hasMessageContaining("norm");
        assertThat(parameters.norm()).isEmpty();
      }
      provider.norm = 1;
      synthesis.norm(parameters);
      assertThat(parameters.norm()).isPresent();
    }
  }

  @Test
  void gradientsHaveTheShapesOfTheParameters() {
    try (KernelParameters geometric = parameters(DecayLaw.GEOMETRIC);
        KernelParameters power = parameters(DecayLaw.POWER);
        Tensor gradKernel = Tensor.zeros(DType.FLOAT64, 2, 3, 9)) {
      try (KernelGradients gradients = synthesis.backward(geometric, gradKernel)) {
        assertThat(gradients.weights().shape()).isEqualTo(geometric.weights().shape());
        assertThat(gradients.decay()).isEmpty();
      }
      try (KernelGradients gradients = synthesis.backward(power, gradKernel)) {
        assertThat(gradients.decay().orElseThrow().shape()).isEqualTo(Shape.of(3));
        KernelGradients fixed = KernelGradients.into(gradients.weights());
        synthesis.backward(power, gradKernel, fixed);
      }
      assertThat(provider.calls)
          .containsExactly("norm", "gradient", "norm", "gradient with decay", "gradient");
    }
  }

  @Test
  void gradientsIntoTensorsOfTheCallersOwnNothing() {
    try (Tensor weights = Tensor.zeros(DType.FLOAT64, 3, 2, 3, 4);
        Tensor decay = Tensor.zeros(DType.FLOAT64, 3)) {
      KernelGradients.into(weights).close();
      KernelGradients.into(weights, decay).close();
      assertThat(weights.isClosed()).isFalse();
      assertThat(decay.isClosed()).isFalse();
    }
  }

  @Test
  void refusesAGradientOfMultipliers() {
    try (KernelParameters geometric = parameters(DecayLaw.GEOMETRIC);
        Tensor gradKernel = Tensor.zeros(DType.FLOAT64, 2, 3, 9);
        Tensor ofWeights = Tensor.zeros(DType.FLOAT64, 3, 2, 3, 4);
        Tensor ofDecay = Tensor.zeros(DType.FLOAT64, 3)) {
      KernelGradients into = KernelGradients.into(ofWeights, ofDecay);
      assertThatThrownBy(() -> synthesis.backward(geometric, gradKernel, into))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("multipliers of the geometric law have none");
    }
  }

  @Test
  void refusesLengthsOutOfRange() {
    try (KernelParameters parameters = parameters(DecayLaw.GEOMETRIC)) {
      for (long length : new long[] {0, -1, (1L << 40) + 1}) {
        assertThatThrownBy(() -> synthesis.forward(parameters, length))
            .isInstanceOf(InvalidArgumentException.class)
            .hasMessageContaining("length is " + length);
      }
      assertThatThrownBy(() -> synthesis.forward(parameters, 1L << 40))
          .isInstanceOf(HostMemoryException.class);
      assertThat(provider.calls).isEmpty();
    }
  }

  @Test
  void refusesOtherShapesAndTypes() {
    try (KernelParameters parameters = parameters(DecayLaw.GEOMETRIC);
        Tensor heads = Tensor.zeros(DType.FLOAT64, 1, 3, 9);
        Tensor flat = Tensor.zeros(DType.FLOAT64, 2, 3);
        Tensor single = Tensor.zeros(DType.FLOAT32, 2, 3, 9);
        KernelParameters singles = KernelParameters.random(parameters.spec(), DType.FLOAT32, 1)) {
      assertThatThrownBy(() -> synthesis.forward(parameters, heads))
          .isInstanceOf(ShapeMismatchException.class)
          .hasMessage("kernel has shape (1, 3, 9), expected (C',H,K) = (2, 3, any K)");
      assertThatThrownBy(() -> synthesis.forward(parameters, flat))
          .isInstanceOf(ShapeMismatchException.class);
      assertThatThrownBy(() -> synthesis.forward(parameters, single))
          .isInstanceOf(TypeMismatchException.class);
      assertThatThrownBy(() -> synthesis.backward(parameters, heads))
          .isInstanceOf(ShapeMismatchException.class)
          .hasMessageContaining("gradKernel");
      assertThatThrownBy(() -> synthesis.forward(singles, 4))
          .isInstanceOf(TypeMismatchException.class)
          .hasMessageContaining("'recording' does not take FLOAT32, expected one of [FLOAT64]");
      assertThat(provider.calls).isEmpty();
    }
  }

  @Test
  void refusesOutputsThatShareMemory() {
    KernelSpec spec = KernelSpec.builder().hidden(1).scales(1).kernelDim(8).build();
    try (Tensor pool = Tensor.zeros(DType.FLOAT64, 32)) {
      pool.fill(1);
      Tensor weights = pool.slice(0, 8).reshape(1, 1, 1, 8);
      Tensor decay = pool.slice(8, 9).reshape(1);
      Tensor norm = pool.slice(9, 10).reshape(1, 1);
      KernelParameters parameters = KernelParameters.of(spec, weights, decay, norm);
      for (int start = 3; start < 10; start++) {
        Tensor kernel = pool.slice(start, start + 5).reshape(1, 1, 5);
        assertThatThrownBy(() -> synthesis.forward(parameters, kernel))
            .isInstanceOf(InvalidArgumentException.class)
            .hasMessageContaining("kernel overlaps ");
      }
      Tensor gradKernel = pool.slice(10, 15).reshape(1, 1, 5);
      synthesis.forward(parameters, gradKernel);
      for (int start : new int[] {7, 8, 9, 14}) {
        Tensor gradWeights = pool.slice(start, start + 8).reshape(1, 1, 1, 8);
        KernelGradients into = KernelGradients.into(gradWeights);
        assertThatThrownBy(() -> synthesis.backward(parameters, gradKernel, into))
            .isInstanceOf(InvalidArgumentException.class)
            .hasMessageContaining("gradient of weights overlaps ");
      }
      synthesis.backward(
          parameters, gradKernel, KernelGradients.into(pool.slice(15, 23).reshape(1, 1, 1, 8)));
      assertThat(provider.calls).containsExactly("synthesize", "gradient");
    }
  }

  @Test
  void refusesClosedTensorsBeforeTheBackend() {
    KernelParameters parameters = parameters(DecayLaw.GEOMETRIC);
    Tensor kernel = Tensor.zeros(DType.FLOAT64, 2, 3, 4);
    kernel.close();
    assertThatThrownBy(() -> synthesis.forward(parameters, kernel))
        .isInstanceOf(TensorClosedException.class);
    assertThatThrownBy(() -> synthesis.backward(parameters, kernel))
        .isInstanceOf(TensorClosedException.class);
    parameters.close();
    assertThatThrownBy(() -> synthesis.forward(parameters, 4))
        .isInstanceOf(TensorClosedException.class);
    assertThatThrownBy(() -> synthesis.norm(parameters)).isInstanceOf(TensorClosedException.class);
    assertThat(provider.calls).isEmpty();
  }

  @Test
  void aFailingBackendLeavesNothingBehind() {
    try (KernelParameters parameters = parameters(DecayLaw.POWER);
        Tensor gradKernel = Tensor.zeros(DType.FLOAT64, 2, 3, 4)) {
      synthesis.norm(parameters);
      long open = Tensor.openCount();
      provider.inside =
          () -> {
            throw new UnsupportedOperationException("injected");
          };
      assertThatThrownBy(() -> synthesis.forward(parameters, 4)).hasMessage("injected");
      assertThatThrownBy(() -> synthesis.backward(parameters, gradKernel)).hasMessage("injected");
      assertThat(Tensor.openCount()).isEqualTo(open);
    }
  }

  @Test
  void needsABackendThatComputesAndIsAvailable() {
    provider.cause = Optional.of(new IllegalStateException("no such device"));
    assertThatThrownBy(() -> KernelSynthesis.on(provider.backend))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessageContaining("no such device");
  }
}
