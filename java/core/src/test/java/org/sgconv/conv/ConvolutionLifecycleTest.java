package org.sgconv.conv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sgconv.ClosedException;
import org.sgconv.ConvolutionMode;
import org.sgconv.InvalidArgumentException;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.spi.RecordingBackend;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/** Closing in any order and under running calls; the backend fails if it is used after close. */
@Timeout(60)
class ConvolutionLifecycleTest {

  private final RecordingBackend provider = new RecordingBackend(DType.FLOAT32);
  private final Tensor kernel = Tensor.zeros(DType.FLOAT32, 1, 1, 4);
  private final Tensor u = Tensor.zeros(DType.FLOAT32, 1, 1, 4);
  private final Tensor y = Tensor.zeros(DType.FLOAT32, 1, 1, 4);
  private final KernelParameters parameters =
      KernelParameters.random(
          KernelSpec.builder().hidden(1).kernelDim(4).scales(1).build(), DType.FLOAT32, 1);
  private final LongConvolution convolution = create();

  private LongConvolution create() {
    return LongConvolution.create(provider.backend, ConvolutionMode.CAUSAL, 1, 1, 4);
  }

  @AfterEach
  void nothingLeaks() {
    Tensor.closeAll(kernel, u, y);
    parameters.close();
    assertThat(provider.open).hasValue(0);
  }

  @Test
  void spectraFirst() {
    KernelSpectrum spectrum = convolution.prepare(kernel);
    spectrum.close();
    assertThat(provider.open).hasValue(1);
    assertThatThrownBy(() -> convolution.forward(spectrum, u))
        .isInstanceOf(ClosedException.class)
        .hasMessageContaining("prepare a new one");
    assertThatThrownBy(() -> spectrum.prepare(kernel)).isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> spectrum.prepare(parameters))
        .isInstanceOf(ClosedException.class)
        .hasMessageContaining("prepare a new one");
    assertThat(parameters.norm()).as("not taken in vain").isEmpty();
    assertThatThrownBy(spectrum::byteSize).isInstanceOf(ClosedException.class);
    spectrum.close();
    assertThat(provider.open).as("closed once").hasValue(1);
    convolution.close();
  }

  @Test
  void convolutionFirst() {
    KernelSpectrum first = convolution.prepare(kernel);
    KernelSpectrum second = convolution.prepare(kernel);
    convolution.close();
    assertThat(provider.open).hasValue(0);
    assertThatThrownBy(() -> convolution.forward(first, u))
        .isInstanceOf(ClosedException.class)
        .hasMessageContaining("LongConvolution[recording, CAUSAL")
        .hasMessageContaining("is closed");
    assertThatThrownBy(() -> convolution.backward(first, u, y)).isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> convolution.prepare(kernel)).isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> first.prepare(kernel)).isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> convolution.prepare(parameters)).isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> first.prepare(parameters)).isInstanceOf(ClosedException.class);
    assertThatThrownBy(() -> first.synthesize(parameters, kernel))
        .isInstanceOf(ClosedException.class);
    assertThat(parameters.norm()).as("not taken in vain").isEmpty();
    convolution.close();
    first.close();
    second.close();
    first.close();
    assertThat(provider.open).as("closed once").hasValue(0);
  }

  @Test
  void aSpectrumBelongsToOneConvolution() {
    try (LongConvolution other = create();
        convolution;
        KernelSpectrum spectrum = convolution.prepare(kernel)) {
      assertThatThrownBy(() -> other.forward(spectrum, u))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessageContaining("was prepared by another convolution");
      assertThatThrownBy(() -> other.backward(spectrum, u, y))
          .isInstanceOf(InvalidArgumentException.class);
    }
  }

  @Test
  void callsRunSideBySide() throws Exception {
    KernelSpectrum spectrum = convolution.prepare(kernel);
    CyclicBarrier bothInside = new CyclicBarrier(2);
    provider.inside =
        () -> {
          try {
            bothInside.await(20, TimeUnit.SECONDS);
          } catch (Exception failure) {
            throw new IllegalStateException(failure);
          }
        };
    try (Tensor z = Tensor.zeros(DType.FLOAT32, 1, 1, 4)) {
      CompletableFuture<Void> other =
          CompletableFuture.runAsync(() -> convolution.forward(spectrum, u, Gates.none(), z));
      convolution.forward(spectrum, u, Gates.none(), y);
      other.get(20, TimeUnit.SECONDS);
    }
    provider.inside = () -> {};
    convolution.close();
  }

  /** What a call does inside the backend: says that it is there, and stays. */
  private static void waitInside(CountDownLatch inside, CountDownLatch release) {
    inside.countDown();
    try {
      assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Test
  void preparingWaitsForCalls() throws Exception {
    KernelSpectrum spectrum = convolution.prepare(parameters);
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    provider.inside = () -> waitInside(inside, release);
    provider.calls.clear();
    try (ExecutorService pool = Executors.newFixedThreadPool(3)) {
      Future<?> caller = pool.submit(() -> convolution.forward(spectrum, u, Gates.none(), y));
      assertThat(inside.await(20, TimeUnit.SECONDS)).isTrue();
      provider.inside = () -> {};
      Future<?> first = pool.submit(() -> spectrum.prepare(kernel));
      Future<?> second = pool.submit(() -> spectrum.prepare(parameters));
      Thread.sleep(50);
      assertThat(first.isDone() || second.isDone()).isFalse();
      assertThat(provider.calls).isEmpty();
      release.countDown();
      caller.get(20, TimeUnit.SECONDS);
      first.get(20, TimeUnit.SECONDS);
      second.get(20, TimeUnit.SECONDS);
      assertThat(provider.calls)
          .startsWith("forward")
          .containsExactlyInAnyOrder("forward", "prepare", "prepare from parameters");
    }
    convolution.close();
  }

  @Test
  void closingWaitsForCalls() throws Exception {
    KernelSpectrum spectrum = convolution.prepare(kernel);
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    provider.inside = () -> waitInside(inside, release);
    try (ExecutorService pool = Executors.newFixedThreadPool(3)) {
      Future<?> caller = pool.submit(() -> convolution.forward(spectrum, u, Gates.none(), y));
      assertThat(inside.await(20, TimeUnit.SECONDS)).isTrue();
      Future<?> closer = pool.submit(() -> spectrum.close());
      Future<?> owner = pool.submit(() -> convolution.close());
      Thread.sleep(50);
      assertThat(closer.isDone() || owner.isDone()).isFalse();
      assertThat(provider.open).hasValue(2);
      release.countDown();
      // The fake backend throws if its plan or spectrum were closed under it.
      caller.get(20, TimeUnit.SECONDS);
      closer.get(20, TimeUnit.SECONDS);
      owner.get(20, TimeUnit.SECONDS);
    }
  }
}
