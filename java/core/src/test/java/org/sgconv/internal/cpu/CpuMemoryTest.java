package org.sgconv.internal.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sgconv.Backend;
import org.sgconv.Composition;
import org.sgconv.ConvolutionMode;
import org.sgconv.DecayLaw;
import org.sgconv.HostMemoryException;
import org.sgconv.Interpolation;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.spi.KernelGeometry;
import org.sgconv.spi.KernelOperands;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.HostMemory;
import org.sgconv.tensor.Tensor;

/** Tables, scratch memory and spectra count like tensors, before anything is computed. */
@Timeout(60)
class CpuMemoryTest {

  private static final long MEBI = 1L << 20;

  private Backend backend;
  private long held;

  @BeforeEach
  void start() {
    backend = NativeBackend.get();
    held = HostMemory.heldBytes();
  }

  @AfterEach
  void nothingIsLeft() {
    System.clearProperty(HostMemory.PROPERTY);
    assertThat(HostMemory.heldBytes()).isEqualTo(held);
  }

  private void allow(long bytes) {
    System.setProperty(HostMemory.PROPERTY, String.valueOf(held + bytes));
  }

  private LongConvolution convolution(int heads, int hidden, long length) {
    return LongConvolution.create(backend, ConvolutionMode.CAUSAL, heads, hidden, length);
  }

  /** 2^27 samples once ended a container of 2 GiB; 2^33 took 108 seconds and 11.7 GB. */
  @ParameterizedTest
  @ValueSource(longs = {1L << 27, (1L << 27) + 1, 1L << 33, 3_000_000_019L, 1L << 40})
  void aPlanThatDoesNotFitIsRefusedBeforeAnythingIsComputed(long length) throws IOException {
    allow(1280 * MEBI);
    long peak = peakBytes();
    long start = System.nanoTime();
    assertThatThrownBy(() -> convolution(1, 1, length).close())
        .isInstanceOfSatisfying(
            HostMemoryException.class, e -> assertThat(e.bytes()).isGreaterThan(8 * length))
        .hasMessageContaining("a plan and a spectrum for ConvolutionGeometry[")
        .hasMessageContaining("length=" + length)
        .hasMessageContaining("-Dsgconv.host.memory");
    assertThat((System.nanoTime() - start) / 1e9).as("seconds").isLessThan(1);
    assertThat(peakBytes() - peak).as("bytes touched").isLessThan(32 * MEBI);
  }

  @Test
  void aPlanOfManyRowsIsRefusedForItsSpectrum() {
    allow(64 * MEBI);
    assertThatThrownBy(() -> convolution(8, 100_000, 1024).close())
        .isInstanceOf(HostMemoryException.class);
    assertThatThrownBy(() -> convolution(Integer.MAX_VALUE, Integer.MAX_VALUE, 1L << 40).close())
        .isInstanceOf(org.sgconv.SgConvException.class);
  }

  @Test
  void plansAndSpectraCountUntilTheyAreClosed() {
    try (LongConvolution it = convolution(2, 3, 50_000);
        Tensor kernel = Tensor.zeros(DType.FLOAT32, 2, 3, 50_000)) {
      long withPlan = HostMemory.heldBytes() - kernel.byteSize();
      assertThat(withPlan).isGreaterThan(held + 8 * 50_000);
      KernelSpectrum spectrum = it.prepare(kernel);
      long spectrumBytes = HostMemory.heldBytes() - kernel.byteSize() - withPlan;
      assertThat(spectrumBytes).isEqualTo(spectrum.byteSize()).isGreaterThan(8 * 6 * 50_000);
      spectrum.close();
      assertThat(HostMemory.heldBytes()).isEqualTo(withPlan + kernel.byteSize());
      it.prepare(kernel); // closed with the convolution
    }
  }

  @Test
  void aPlanThatIsLostIsNoLongerCountedOnceItIsFreed() throws InterruptedException {
    lose();
    for (int i = 0; i < 200 && HostMemory.heldBytes() > held; i++) {
      System.gc();
      Thread.sleep(25);
    }
    assertThat(HostMemory.heldBytes()).isEqualTo(held);
  }

  /** In a frame of its own, which nothing is kept by. */
  private void lose() {
    convolution(1, 64, 20_000);
    assertThat(HostMemory.heldBytes()).isGreaterThan(held);
  }

  @Test
  void aFailureLeavesNothingCounted() {
    try (Tensor kernel = Tensor.zeros(DType.FLOAT32, 1, 64, 20_000)) {
      LongConvolution it = convolution(1, 64, 20_000);
      long before = HostMemory.heldBytes();
      System.setProperty(HostMemory.PROPERTY, String.valueOf(before + MEBI));
      assertThatThrownBy(() -> it.prepare(kernel)).isInstanceOf(HostMemoryException.class);
      assertThatThrownBy(() -> convolution(1, 64, 20_000)).isInstanceOf(HostMemoryException.class);
      assertThat(HostMemory.heldBytes()).isEqualTo(before);
      System.clearProperty(HostMemory.PROPERTY);
      it.prepare(kernel).close();
      it.close();
      assertThatThrownBy(() -> it.prepare(kernel)).isInstanceOf(org.sgconv.ClosedException.class);
    }
  }

  @Test
  void twoThreadsDoNotMakeTwoPlansWhereOneFits() throws Exception {
    LongConvolution sample = convolution(1, 4, 300_000);
    long one = HostMemory.heldBytes() - held;
    sample.close();
    allow(one + one / 2 + 16 * MEBI); // one, with its spectrum and its building, but not two
    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
      for (int round = 0; round < 5; round++) {
        CountDownLatch tried = new CountDownLatch(2);
        Future<Boolean> first = pool.submit(() -> makes(tried));
        Future<Boolean> second = pool.submit(() -> makes(tried));
        assertThat(first.get() ^ second.get()).as("exactly one was made").isTrue();
      }
    }
  }

  /** Whether a plan can be made; it stays open until both threads have tried. */
  private boolean makes(CountDownLatch tried) throws InterruptedException {
    try (LongConvolution it = convolution(1, 4, 300_000)) {
      tried.countDown();
      tried.await();
      assertThat(it.length()).isEqualTo(300_000);
      return true;
    } catch (HostMemoryException full) {
      tried.countDown();
      return false;
    }
  }

  /** Logarithms of all lags, by the power law. */
  @Test
  void whatASynthesisTakesCountsWhileItRuns() throws IOException {
    KernelGeometry geometry =
        new KernelGeometry(
            1, 1, 64, 27, 0, Composition.CONCATENATE, Interpolation.LINEAR, DecayLaw.POWER);
    try (Tensor weights = Tensor.zeros(DType.FLOAT32, 27, 1, 1, 64);
        Tensor decay = Tensor.zeros(DType.FLOAT32, 1);
        Tensor norm = Tensor.zeros(DType.FLOAT32, 1, 1);
        Tensor kernel = Tensor.zeros(DType.FLOAT32, 1, 1, 1 << 20)) {
      allow(64 * MEBI);
      weights.fill(1);
      norm.fill(1);
      long peak = peakBytes();
      KernelOperands operands = new KernelOperands(geometry, weights, decay, norm);
      assertThatThrownBy(() -> backend.provider().kernels().norm(operands))
          .isInstanceOfSatisfying(
              HostMemoryException.class,
              e -> assertThat(e.bytes()).isGreaterThan(8 * geometry.fullLength()))
          .hasMessageContaining("KernelGeometry[");
      assertThat(peakBytes() - peak).as("bytes touched").isLessThan(32 * MEBI);
      backend.provider().kernels().forward(operands, kernel);
      assertThat(kernel.getFlat(12345)).isEqualTo(1);
      allow(8 * MEBI);
      assertThatThrownBy(() -> backend.provider().kernels().forward(operands, kernel))
          .isInstanceOf(HostMemoryException.class);
      assertThatThrownBy(
              () -> backend.provider().kernels().backward(operands, kernel, weights, null))
          .isInstanceOf(HostMemoryException.class);
    }
  }

  @Test
  void theKernelThatNobodySeesCountsToo() {
    KernelSpec spec = KernelSpec.builder().hidden(2).maxLength(50_000).build();
    try (LongConvolution it = convolution(1, 2, 50_000);
        KernelParameters parameters = KernelParameters.random(spec, DType.FLOAT32, 1)) {
      KernelSynthesis.on(backend).norm(parameters);
      long before = HostMemory.heldBytes();
      it.prepare(parameters).close();
      assertThat(HostMemory.heldBytes()).isEqualTo(before + 4 * 2 * 50_000);
    }
  }

  @Test
  void theGeometryOfTheSpiIsRefusedLikeThePublicOne() {
    allow(MEBI);
    ConvolutionGeometry geometry =
        new ConvolutionGeometry(ConvolutionMode.CIRCULAR, 1, 1, 1 << 20, 1 << 20);
    assertThatThrownBy(() -> backend.provider().plan(geometry, DType.FLOAT32))
        .isInstanceOf(HostMemoryException.class);
  }

  /** Most memory that this process ever had. */
  private static long peakBytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .findFirst()
        .orElseThrow();
  }
}
